import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

const RULE = { priceMicros: 1_000, perSecond: 1_000, leaseMs: 60_000 };
let made = 0;
const ledger = () => env.RECOGNITION.get(env.RECOGNITION.idFromName(`test ${made++}`));

// The first call loads the whole Worker.
test("a call is reserved once, and no budget is exceeded", { timeout: 60_000 }, async () => {
  const own = ledger();
  await own.open("a", 2_999, ["1", "2", "3"]);
  const [first, second, third] = [
    await own.reserve("1", RULE),
    await own.reserve("2", RULE),
    await own.reserve("3", RULE),
  ];
  expect([first.kind, second.kind, third.kind]).toEqual(["go", "go", "over-budget"]);
  expect(await own.reserve("1", RULE)).toMatchObject({ kind: "busy" });
  expect(await own.reserve("4", RULE)).toEqual({ kind: "closed" });
  expect(await own.spending("a")).toEqual({ budgetMicros: 2_999, spentMicros: 2_000, open: 3 });
  expect(await own.spending("b")).toBeNull();
});

test("a free call gives its price back, once, and a paid one never", async () => {
  const own = ledger();
  await own.open("a", 1_000, ["1"]);
  const turn = await own.reserve("1", RULE);
  if (turn.kind !== "go") throw new Error(turn.kind);
  for (let times = 0; times < 3; times++) await own.settle(turn.call, "free");
  expect(await own.spending("a")).toMatchObject({ spentMicros: 0 });
  const again = await own.reserve("1", RULE);
  if (again.kind !== "go") throw new Error(again.kind);
  await own.settle(again.call, "paid");
  await own.settle(again.call, "free");
  expect(await own.spending("a")).toMatchObject({ spentMicros: 1_000 });
  expect(await own.reserve("1", RULE)).toEqual({ kind: "over-budget" });
  await own.close("1");
  expect([await own.isOpen("1"), await own.spending("a")]).toEqual([
    false,
    { budgetMicros: 1_000, spentMicros: 1_000, open: 0 },
  ]);
});

test("a lost call stays spent, and the picture is free again after its lease", async () => {
  const own = ledger();
  await own.open("a", 10_000, ["1"]);
  await own.reserve("1", { ...RULE, leaseMs: -1 });
  expect(await own.reserve("1", RULE)).toMatchObject({ kind: "go" });
  expect(await own.spending("a")).toMatchObject({ spentMicros: 2_000 });
});

test("a picture gets 12 calls at most, and a new order does not begin anew", async () => {
  const own = ledger();
  await own.open("a", 1_000_000, ["1"]);
  const kinds: string[] = [];
  for (let i = 0; i < 13; i++) {
    await own.open("a", 1_000_000, ["1"]);
    kinds.push((await own.reserve("1", { ...RULE, leaseMs: -1_000 })).kind);
  }
  expect(kinds).toEqual([...Array.from({ length: 12 }, () => "go"), "too-many-calls"]);
});

test("calls are paced, and a refusal stops all of them for longer each time", async () => {
  const own = ledger();
  const ids = Array.from({ length: 8 }, (_, i) => String(i));
  await own.open("a", 1_000_000, ids);
  const turns = [];
  for (const id of ids.slice(0, 4)) turns.push(await own.reserve(id, { ...RULE, perSecond: 1 }));
  const waits = turns.map((turn) => (turn.kind === "go" ? turn.waitMs : -1));
  for (const [i, wait] of waits.entries()) expect(Math.abs(wait - 1_000 * i)).toBeLessThan(900);
  const other = ledger();
  await other.open("a", 1_000_000, ids);
  let before = 0;
  for (const id of ids.slice(0, 3)) {
    const turn = await other.reserve(id, RULE);
    if (turn.kind !== "go") throw new Error(turn.kind);
    expect(turn.waitMs).toBeGreaterThanOrEqual(before);
    await other.settle(turn.call, "throttled");
    before = before === 0 ? 100 : 2 * before;
  }
  expect(await other.spending("a")).toMatchObject({ spentMicros: 0 });
});

test("with any order of calls the paid ones stay within the budget", async () => {
  let state = 7;
  const random = (n: number) => (state = (state * 48_271) % 0x7fffffff) % n;
  const own = ledger();
  const ids = Array.from({ length: 12 }, (_, i) => String(i));
  const budget = 9_500;
  await own.open("a", budget, ids);
  let paid = 0;
  const open: number[] = [];
  for (let step = 0; step < 150; step++) {
    const turn = await own.reserve(ids[random(12)] ?? "", { ...RULE, leaseMs: random(2) === 0 ? -1_000 : 60_000 });
    if (turn.kind === "go") open.push(turn.call);
    const [call] = open.splice(random(Math.max(1, open.length)), random(2));
    if (call === undefined) continue;
    const came = (["paid", "free", "throttled"] as const)[random(3)] ?? "paid";
    if (came === "paid") paid += RULE.priceMicros;
    await own.settle(call, came);
    const { spentMicros = -1 } = (await own.spending("a")) ?? {};
    expect(spentMicros).toBeLessThanOrEqual(budget);
    expect(spentMicros).toBeGreaterThanOrEqual(paid);
  }
  expect(paid).toBeGreaterThan(0);
});
