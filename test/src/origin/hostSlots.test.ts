import { describe, expect, test } from "vitest";
import { CONCURRENCY, HostSlots } from "../../../src/origin/hostSlots.ts";

const RULES = { ...CONCURRENCY, perHost: 2, maxWaiting: 3 };

/** Slots of one host, with tickets 1, 2, 3 ... */
function slots(rules = RULES) {
  const made = new HostSlots(rules);
  return {
    poll: (ticket: number, now = 0, host = "a.test") => made.poll(host, ticket, now),
    release: (ticket: number) => made.release("a.test", ticket),
    hosts: () => made.size,
    ticket: () => made.ticket(),
  };
}

test("so many at once, and each host by itself", () => {
  const { poll } = slots();
  expect([poll(1), poll(2), poll(3), poll(4, 0, "b.test")]).toEqual(["in", "in", "wait", "in"]);
});

test("who came first goes first, whoever asks first", () => {
  const { poll, release } = slots();
  for (const ticket of [1, 2, 3, 4]) poll(ticket);
  release(1);
  expect([poll(4), poll(3), poll(4)]).toEqual(["wait", "in", "wait"]);
  release(2);
  expect(poll(4)).toBe("in");
});

test("a line of bounded length", () => {
  const { poll } = slots();
  expect([1, 2, 3, 4, 5, 6].map((ticket) => poll(ticket))).toEqual(["in", "in", "wait", "wait", "wait", "full"]);
  // Who stands in line already is not turned away.
  expect(poll(5)).toBe("wait");
});

describe("who is ended by its client and never leaves", () => {
  test("a slot comes back when its lease is over, not before", () => {
    const { poll } = slots();
    poll(1);
    poll(2);
    expect(poll(3, RULES.leaseMs - 1)).toBe("wait");
    expect(poll(3, RULES.leaseMs)).toBe("in");
  });

  test("a place in the line is lost by not asking for two seconds", () => {
    const { poll, release } = slots();
    for (const ticket of [1, 2, 3]) poll(ticket);
    expect(poll(4, 1_000)).toBe("wait");
    release(1);
    expect(poll(4, 1_999)).toBe("wait");
    expect(poll(4, 2_000)).toBe("in");
  });
});

test("a clock set back frees what was taken in the future", () => {
  const { poll } = slots();
  poll(1, 1e9);
  poll(2, 1e9);
  expect(poll(3, 0)).toBe("in");
});

test("a host nobody asks takes no memory, and leaving twice is leaving once", () => {
  const { poll, release, hosts, ticket } = slots();
  const mine = ticket();
  poll(mine);
  expect(hosts()).toBe(1);
  release(mine);
  release(mine);
  expect(hosts()).toBe(0);
  expect(ticket()).toBe(mine + 1);
});
