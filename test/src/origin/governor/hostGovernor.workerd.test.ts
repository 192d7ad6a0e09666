import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { governorOf } from "../../../../src/origin/governor/hostGovernor.ts";
import type { AskKind, GovernorCall, GovernorPort, Politeness, Release } from "../../../../src/origin/governor/port.ts";

const RULE: Politeness = { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000, perDay: null };
const SHARED: Politeness = { ...RULE, concurrency: 8, perSecond: 40 };

let serial = 0;
const freshGroup = () => `host-${++serial}.test`;
const portOf = (group: string, rule: Politeness | null = RULE, region = "enam", regions = 4) =>
  governorOf(env.GOVERNOR, { group, rule, place: "enam" }, region, regions);
const stubOf = (name: string) => env.GOVERNOR.get(env.GOVERNOR.idFromName(name));

let calls = 0;
function ask(port: GovernorPort, wants: number, over: Partial<GovernorCall> & { readonly kind?: AskKind } = {}) {
  const { kind = "user", ...rest } = over;
  const tickets = Array.from({ length: wants }, () => `t${++serial}`);
  const call: GovernorCall = {
    ...{ isolate: `i${++serial}`, call: ++calls, region: "enam", rule: RULE, tripMs: 0, waitMs: 0 },
    wants: tickets.map((ticket) => ({ ticket, kind, waitedMs: 0 })),
    releases: [],
    renewals: [],
    ...rest,
  };
  return port.ask(call);
}

function released(id: string | null, over: Partial<Release> = {}): Release {
  return { id, answer: { kind: "ok" }, received: [1_000], ...over };
}

describe("HostGovernor", () => {
  test("gives as many grants as there are slots, and the next one when one is released", async () => {
    const port = portOf(freshGroup());
    const first = await ask(port, 3, { isolate: "a" });
    expect(first.grants).toHaveLength(2);
    expect(first.refusals).toMatchObject([{ binding: "slots" }]);
    expect(first.grants[0]).toMatchObject({ startWithinMs: 60, leaseMs: 2_500 });
    const waiting = ask(port, 1, { waitMs: 5_000 });
    await ask(port, 0, { isolate: "a", releases: [released(first.grants[0]?.id ?? "")] });
    const second = await waiting;
    expect(second.grants).toHaveLength(1);
    expect(second.heldMs).toBeLessThan(2_000);
  });

  test("says no when the time of waiting is over", async () => {
    const port = portOf(freshGroup());
    await ask(port, 2);
    const late = await ask(port, 1, { waitMs: 40 });
    expect(late.grants).toEqual([]);
    expect(late.heldMs).toBeGreaterThanOrEqual(40);
  });

  test("frees the slot of an isolate that has died", async () => {
    const port = portOf(freshGroup());
    await ask(port, 2);
    const after = await ask(port, 1, { waitMs: 6_000 });
    expect(after.grants).toHaveLength(1);
    expect(after.heldMs).toBeGreaterThan(3_000);
  });

  test("restarted from its disk it knows the slots that it gave out, and whose they are", async () => {
    const group = freshGroup();
    const port = portOf(group);
    const before = await ask(port, 2, { isolate: "a" });
    await evictDurableObject(stubOf(group));
    expect((await ask(port, 1)).refusals).toMatchObject([{ binding: "slots" }]);
    await ask(port, 0, { isolate: "a", releases: before.grants.map(({ id }) => released(id)) });
    expect((await ask(port, 2)).grants).toHaveLength(2);
  });

  test("restarted from its disk it starts no eleventh exchange in a second", async () => {
    const group = freshGroup();
    const rule = { ...RULE, concurrency: null };
    const port = portOf(group, rule, "enam", 1);
    const began = Date.now();
    expect((await ask(port, 12, { rule })).grants).toHaveLength(10);
    await abortAllDurableObjects();
    // The stub of an object that was ended is broken for one call.
    await ask(port, 1, { rule }).catch(() => null);
    const next = await ask(port, 1, { rule, waitMs: 3_000 });
    expect(next.grants).toHaveLength(1);
    expect(Date.now() + (next.grants[0]?.startInMs ?? 0) - began).toBeGreaterThan(1_000);
  });

  test("restarted from its disk it honours Retry-After", async () => {
    const group = freshGroup();
    const port = portOf(group, null);
    const refused = released(null, { answer: { kind: "refused", retryAfter: 60 }, received: [] });
    await ask(port, 0, { rule: null, releases: [refused] });
    await evictDurableObject(stubOf(group));
    const answer = await ask(port, 1, { rule: null });
    expect(answer.refusals).toMatchObject([{ binding: "closed" }]);
    expect(answer.refusals[0]?.waitMs).toBeGreaterThan(50_000);
    expect(answer.governedMs).toBeGreaterThan(3_000_000);
  });

  test("a host that has never refused has no limits", async () => {
    const answer = await ask(portOf(freshGroup(), null), 20, { rule: null });
    expect(answer.grants).toHaveLength(20);
    expect(answer.governedMs).toBe(0);
  });

  test("keeps one row, and nothing a day after the last grant", async () => {
    const group = freshGroup();
    await ask(portOf(group), 2);
    await ask(portOf(group), 2);
    const rows = (state: DurableObjectState) => state.storage.sql.exec("SELECT id FROM host").toArray().length;
    expect(await runInDurableObject(stubOf(group), (_, state) => rows(state))).toBe(1);
    expect(await runDurableObjectAlarm(stubOf(group))).toBe(true);
    expect(await runInDurableObject(stubOf(group), (_, state) => rows(state))).toBe(0);
    expect((await ask(portOf(group), 1)).grants).toHaveLength(1);
  });
});

describe("a host with at least as many slots as regions", () => {
  test("is asked in each region, and all regions together have its slots", async () => {
    const group = freshGroup();
    const regions = ["enam", "weur", "apac", "oc"];
    const given = await Promise.all(
      regions.map((region) => ask(portOf(group, SHARED, region), 8, { rule: SHARED, region, waitMs: 100 })),
    );
    const counts = given.map(({ grants }) => grants.length);
    expect(counts.reduce((a, b) => a + b)).toBeLessThanOrEqual(8);
    expect(Math.max(...counts)).toBeGreaterThan(1);
  });

  test("closes everywhere when it refuses somewhere", async () => {
    const group = freshGroup();
    const enam = portOf(group, SHARED, "enam");
    const weur = portOf(group, SHARED, "weur");
    const first = await ask(enam, 1, { rule: SHARED, isolate: "a" });
    await ask(weur, 1, { rule: SHARED, region: "weur" });
    const refused = released(first.grants[0]?.id ?? "", { answer: { kind: "refused", retryAfter: 30 }, received: [] });
    await ask(enam, 0, { rule: SHARED, isolate: "a", releases: [refused] });
    await expect
      .poll(async () => (await ask(weur, 1, { rule: SHARED, region: "weur" })).refusals[0]?.binding)
      .toBe("closed");
  });

  test("a host with fewer slots has one object, whichever region asks", async () => {
    const group = freshGroup();
    await ask(portOf(group, RULE, "enam"), 2);
    expect((await ask(portOf(group, RULE, "weur"), 1, { region: "weur" })).refusals).toMatchObject([
      { binding: "slots" },
    ]);
  });
});
