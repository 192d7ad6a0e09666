import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Tally, tally } from "../../../bench/race/figures/outcome.ts";
import { randomFrom } from "../../../demo/generator/noise.ts";
import { type TwinPage, type TwinResult, twinPage } from "./twin.ts";

const PLACES = ["SIN", "SYD", "SYD-oc", "NRT", "MAD"] as const;
const PAGES = 5;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28) });
});
afterEach(() => {
  vi.useRealTimers();
});

type Given = Partial<Omit<TwinPage, "random">> & Pick<TwinPage, "place">;

/** Plays pages one after the other. */
async function race(given: Given): Promise<Tally & { readonly fetches: number }> {
  const random = randomFrom(7);
  const hows: TwinResult["hows"][number][] = [];
  let fetches = 0;
  for (let i = 0; i < PAGES; i++) {
    const whole = { stored: "primary", thinkMs: 50, hints: "timely", pathsPerPush: 5, atOnce: 5, ...given } as const;
    const page = twinPage({ ...whole, random });
    await vi.runAllTimersAsync();
    const result = await page;
    hows.push(...result.hows);
    fetches += result.fetches;
  }
  return { ...tally(hows, given.stored ?? "primary", 0), fetches };
}

describe("(A) the picture is in the primary", () => {
  for (const place of PLACES) {
    for (const thinkMs of [50, 200]) {
      test(`${place}, thinking ${thinkMs}: at least 95 of 100 hints win`, async () => {
        const { won, hinted, fetches } = await race({ place, thinkMs });
        expect(hinted).toBe(100);
        expect(won).toBeGreaterThanOrEqual(95);
        expect(fetches).toBe(0);
      });
    }
  }

  test("two at a time of a push of twenty: most copies come too late", async () => {
    const { won } = await race({ place: "SIN", pathsPerPush: 20, atOnce: 2 });
    expect(won).toBeLessThanOrEqual(15);
  });

  test("without hints nothing is in the region", async () => {
    expect(await race({ place: "SIN", hints: "none" })).toMatchObject({ won: 0, joined: 0, lost: 100 });
  });

  test("hints that are 60 ms old are not pushed, and harm nobody", async () => {
    expect(await race({ place: "SIN", hints: "late" })).toMatchObject({ won: 0, joined: 0, lost: 100, fetches: 0 });
  });
});

describe("(B) nobody has the picture", () => {
  for (const place of ["SIN", "MAD"]) {
    test(`${place}, thinking 100: readers find it or join, and each picture is fetched once`, async () => {
      const { won, joined, lost, fetches } = await race({ place, stored: "nowhere", thinkMs: 100 });
      expect(won + joined).toBe(100);
      expect(lost).toBe(0);
      expect(fetches).toBe(100);
    });
  }

  test("without hints every reader fetches", async () => {
    expect(await race({ place: "SIN", stored: "nowhere", hints: "none" })).toMatchObject({ lost: 100, fetches: 100 });
  });
});

test("the same seed gives the same race", async () => {
  const once = await race({ place: "SIN", pathsPerPush: 20, atOnce: 5 });
  expect(await race({ place: "SIN", pathsPerPush: 20, atOnce: 5 })).toEqual(once);
});
