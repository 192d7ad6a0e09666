import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_MISSING } from "../../support/browser.ts";
import { type DemoPage, START_MS, startDemoPage } from "../../support/demoPage.ts";
import { screenshot } from "../../support/screenshots.ts";

const PICTURES = 6;
/** Reader to edge and edge to primary, round trips in ms, less what timers round off. */
const MADRID_MS = 15 + 95 - 2;
const RACE_MS = { timeout: 120_000 };

type Row = {
  readonly lane: string;
  readonly pictures: number;
  readonly median: number;
  readonly p95: number;
  readonly found: string;
};

describe.skipIf(CHROMIUM_MISSING !== undefined)("the race", { timeout: START_MS }, () => {
  let parts: DemoPage;
  let page: Page;
  beforeAll(async () => {
    parts = await startDemoPage();
    page = parts.page;
    await page.goto(parts.demo.url);
    await page.focus("#race summary");
    await page.keyboard.press("Enter");
  }, START_MS);
  afterAll(() => parts?.stop());

  /** Chooses the settings, races, and reads the table. */
  async function race(settings: Readonly<Record<string, string>>, distances = true): Promise<readonly Row[]> {
    for (const [name, value] of Object.entries(settings)) await page.selectOption(`#race [name=${name}]`, value);
    await page.setChecked("#race [name=distances]", distances);
    await page.click("#race button");
    await page.waitForFunction(() => document.querySelector("#race button:disabled") === null, null, RACE_MS);
    const cells = await page
      .locator("#race tbody tr")
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
    return cells.map(([lane = "", pictures, median = "", p95 = "", found = ""]) => {
      return {
        lane,
        found,
        pictures: Number(pictures),
        median: Number.parseFloat(median),
        p95: Number.parseFloat(p95),
      };
    });
  }

  const moments = (lane: string) =>
    page
      .locator(`[data-waterfall=${lane}] li`)
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).title.split("\n")));

  it("runs both lanes apart, and shows medians, p95, a plot and a waterfall", async () => {
    const rows = await race({ place: "SIN", think: "400", warmer: "both", runs: "1" });
    expect(rows.map(({ lane, pictures }) => [lane, pictures])).toEqual([
      ["on", PICTURES],
      ["off", PICTURES],
    ]);
    for (const { median, p95 } of rows) expect(median).toBeLessThanOrEqual(p95);
    // Without a hint no store near Singapore has them: the trip to Ashburn takes 230 ms.
    expect(rows[1]?.found).toBe(`${PICTURES} primary store`);
    expect(rows[1]?.median).toBeGreaterThan(230);
    expect(await page.textContent("#race [data-result]")).toMatch(
      /^Median time to the first byte: [\d.]+\sms with the warmer, [\d.]+\sms without\. \d of 6 hinted/,
    );
    const drawn = await page.locator("[data-plot] canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(
        Array.from({ length: data.length / 4 }, (_, at) => `${data[at * 4]},${data[at * 4 + 1]},${data[at * 4 + 2]}`),
      ).size;
    });
    expect(drawn).toBeGreaterThan(20);
  });

  it("a picture's moments are in their order", async () => {
    const [hinted, plain] = [await moments("on"), await moments("off")];
    expect([hinted.length, plain.length]).toEqual([PICTURES, PICTURES]);
    const names = (row: readonly string[]) => row.map((moment) => moment.replace(/ [\d.]+\sms$/, ""));
    for (const row of plain) expect(names(row)).toEqual(["browser asks", "first byte", "drawn"]);
    for (const row of hinted) {
      expect(names(row).slice(0, 2)).toEqual(["hint sent", "pushed"]);
      const ms = row.map((moment) => Number.parseFloat(/([\d.]+)\sms$/.exec(moment)?.[1] ?? ""));
      expect(ms.slice(-3)).toEqual(ms.slice(-3).toSorted((a, b) => a - b));
      // The hint leaves, the server thinks for 400 ms, and half the way back to Singapore takes 120.
      expect(ms.at(-3)).toBeGreaterThan(500);
    }
    await page.locator("#race").scrollIntoViewIfNeeded();
    await screenshot(page, "demo-race");
  });

  it("one lane alone", async () => {
    expect((await race({ warmer: "off" })).map(({ lane }) => lane)).toEqual(["off"]);
    expect(await moments("on")).toEqual([]);
    expect((await race({ warmer: "on" })).map(({ lane }) => lane)).toEqual(["on"]);
    expect(await moments("off")).toEqual([]);
  });

  it("elsewhere, with and without distances: the trip to Ashburn is in one of them only", async () => {
    const settings = { place: "MAD", think: "50", warmer: "off", runs: "5" };
    /** The shortest wait for a first byte on the last page. */
    const least = async () => {
      const times = (await moments("off")).map((row) =>
        row.map((moment) => Number.parseFloat(/([\d.]+)\sms$/.exec(moment)?.[1] ?? "")),
      );
      return Math.min(...times.map(([asked = 0, firstByte = 0]) => firstByte - asked));
    };
    await race(settings);
    expect(await least()).toBeGreaterThanOrEqual(MADRID_MS);
    const trips = (edge: number, region: number, primary: number) =>
      `Round trips: reader to edge ${edge} ms, edge to near store ${region} ms, edge to primary store ${primary} ms.`;
    expect(await page.textContent("#race [data-trips]")).toBe(trips(15, 20, 95));
    // A machine that is busy with other tests needs as long as light does, so no time is compared here.
    await race(settings, false);
    expect(await page.textContent("#race [data-trips]")).toBe(trips(0, 0, 0));
    expect(await page.textContent("#race [data-result]")).toContain("All distances were 0");
  });

  it("several pages give as many more pictures", async () => {
    const [row] = await race({ warmer: "off", runs: "5" }, false);
    expect(row?.pictures).toBe(5 * PICTURES);
  });

  it("two tabs cannot race at once: the second one is told", async () => {
    const start = () => fetch(`${parts.demo.url}/race/start?place=MAD&distances=off&think=0`, { method: "POST" });
    expect((await start()).status).toBe(200);
    expect((await start()).status).toBe(409);
    await page.click("#race button");
    await expect.poll(() => page.textContent("#race [data-result]")).toBe("Another race is running. Try again.");
    await fetch(`${parts.demo.url}/race/end`, { method: "POST" });
    expect((await start()).status).toBe(200);
  });
});
