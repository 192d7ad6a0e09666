import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { purgeStep } from "../../../src/store/purge.ts";
import { putRedirect } from "../../../src/store/redirects.ts";
import { finalAddressOf } from "../../../src/store/schema/finalAddress.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { kvTier } from "../../../src/store/tiers/kv.ts";
import type { PurgePageOrder } from "../../../src/store/tiers/tier.ts";
import { purgeStores } from "../../../src/store/tierTable.ts";
import { all, heldOf, step } from "../../support/purgeSteps.workerd.ts";
import { PER_SOURCE, SIZES, storeAll } from "../../support/sourceInStores.workerd.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const A1 = "https://a.test/photos/1.jpg";
const B1 = "https://b.test/photos/1.jpg";

beforeEach(async () => {
  await reset();
  for (const source of [A1, B1]) await storeAll(source);
});

describe("what came from the target through a redirect", () => {
  /** Two asked addresses whose bytes came from B1, one from another picture of that host, and one from elsewhere. */
  const ASKED = {
    one: ["https://short.test/1", B1],
    two: ["https://other.test/2", B1],
    sibling: ["https://short.test/3", "https://b.test/else/3.jpg"],
    elsewhere: ["https://short.test/4", "https://c.test/4.jpg"],
  } as const;
  type Name = keyof typeof ASKED;
  const NAMES = Object.keys(ASKED) as Name[];

  beforeEach(async () => {
    for (const name of NAMES) {
      const [asked, address] = ASKED[name];
      const final = await finalAddressOf(address);
      await storeAll(asked, { final });
      await putRedirect(env.R2_PRIMARY, final, await sourceKeys(asked));
    }
  });

  const held = async () => {
    const counts = await Promise.all(NAMES.map(async (name) => [name, await heldOf(ASKED[name][0])] as const));
    return counts.filter(([, count]) => count > 0).map(([name, count]) => [name, count]);
  };
  // What is stored, and the pair in the index.
  const WHOLE = PER_SOURCE + 1;

  test.each([
    ["a source", { kind: "source", source: B1 }, ["sibling", "elsewhere"]],
    ["a host", { kind: "host", host: "b.test" }, ["elsewhere"]],
    ["a prefix", { kind: "prefix", prefix: "https://b.test/photos/" }, ["sibling", "elsewhere"]],
    ["a prefix in the other scheme", { kind: "prefix", prefix: "http://b.test/else/" }, ["one", "two", "elsewhere"]],
    [
      "one picture: those of other addresses are not asked for",
      { kind: "picture", source: B1, options: SIZES[0] },
      NAMES,
    ],
    ["another host", { kind: "host", host: "d.test" }, NAMES],
  ] as const)("%s, and nothing else", async (_, target, left) => {
    expect(await step(target)).toMatchObject({ done: true });
    expect(await held()).toEqual(left.map((name) => [name, WHOLE]));
    expect(await heldOf(A1)).toBe(PER_SOURCE);
  });

  test.each([[1], [40]])("in steps of %i operations", async (operations) => {
    const { deleted, steps } = await all({ kind: "host", host: "b.test" }, { operations });
    expect(deleted).toBe(PER_SOURCE + 3 * WHOLE);
    expect(steps).toBeGreaterThan(1);
    expect(await held()).toEqual([["elsewhere", WHOLE]]);
  });

  test("many addresses, and many pictures under one: no step does more than an invocation may", async () => {
    const final = await finalAddressOf(B1);
    const busy = await sourceKeys(ASKED.one[0]);
    const kv = kvTier(env.THUMBS, { now: () => NOW, since: 0 });
    const stored = storedOf({ source: ASKED.one[0] });
    for (let i = 0; i < 150; i++) await kv.put(`${busy.renditions}${String(i).padStart(32, "0")}`, stored);
    for (let i = 0; i < 60; i++) {
      await putRedirect(env.R2_PRIMARY, final, await sourceKeys(`https://short.test/many/${i}`));
    }
    let most = 0;
    const stores = purgeStores(env).map((store) => ({
      ...store,
      purgePage: async (order: PurgePageOrder) => {
        const page = await store.purgePage(order);
        most = Math.max(most, page.operations);
        return page;
      },
    }));
    let [cursor, deleted, steps] = [null as string | null, 0, 0];
    do {
      const page = await purgeStep({ kind: "source", source: B1 }, { stores, cursor });
      [cursor, deleted, steps] = [page.cursor, deleted + page.deleted, steps + 1];
    } while (cursor !== null);
    // One step begins another page at 599 operations at most.
    expect(most).toBeLessThan(400);
    expect(steps).toBeGreaterThan(1);
    expect(deleted).toBe(PER_SOURCE + 2 * WHOLE + 150 + 60);
    expect(await held()).toEqual([
      ["sibling", WHOLE],
      ["elsewhere", WHOLE],
    ]);
  });

  test("a final address longer than the index keeps counts as under any longer prefix", async () => {
    const long = `https://b.test/${"x".repeat(2_000)}`;
    await storeAll("https://short.test/long", { final: await finalAddressOf(`${long}/1.jpg`) });
    await putRedirect(
      env.R2_PRIMARY,
      await finalAddressOf(`${long}/1.jpg`),
      await sourceKeys("https://short.test/long"),
    );
    await step({ kind: "prefix", prefix: `${long}/` });
    expect(await heldOf("https://short.test/long")).toBe(0);
    expect((await held()).length).toBe(NAMES.length);
  });
});
