import { describe, expect, test } from "vitest";
import { type LiveSettings, NO_SETTINGS } from "../../../src/live/liveSettings.ts";
import {
  type BlockOrder,
  NO_ORDERS,
  ORDERS_SECONDS,
  type Orders,
  readOrders,
  refuseOutdated,
  withOrder,
} from "../../../src/live/orders.ts";

const HASH = "0123456789abcdef";
const T = 1_700_000_000;

/** Plays orders as they arrive; gives whether the target is blocked after each, or that the order was refused. */
function play(...arriving: readonly (readonly ["block" | "lift", number])[]): readonly string[] {
  let orders: Orders = NO_ORDERS;
  let hosts: readonly string[] = [];
  return arriving.map(([word, time]) => {
    const order: BlockOrder = { hashes: [HASH], block: word === "block", time };
    const settings: LiveSettings = { ...NO_SETTINGS, blocked: { sources: [], hosts } };
    try {
      refuseOutdated(orders, settings, order);
    } catch {
      return "refused";
    }
    hosts = order.block ? [HASH] : [];
    orders = withOrder(orders, order, time * 1000);
    return order.block ? "blocked" : "open";
  });
}

describe("block and lift, as they arrive", () => {
  test.each([
    [
      "a block that is sent again after the lift",
      [
        ["block", T],
        ["lift", T + 1],
        ["block", T],
      ],
      ["blocked", "open", "refused"],
    ],
    [
      "the same in one second",
      [
        ["block", T],
        ["lift", T],
        ["block", T],
      ],
      ["blocked", "open", "refused"],
    ],
    [
      "a lift that is sent again after a new block",
      [
        ["block", T],
        ["lift", T + 1],
        ["block", T + 2],
        ["lift", T + 1],
      ],
      ["blocked", "open", "blocked", "refused"],
    ],
    [
      "a lift that was overtaken by a later block",
      [
        ["block", T],
        ["block", T + 9],
        ["lift", T + 5],
      ],
      ["blocked", "blocked", "refused"],
    ],
    [
      "a block that was overtaken by its lift",
      [
        ["lift", T + 1],
        ["block", T],
      ],
      ["open", "refused"],
    ],
    [
      "a new block after a lift",
      [
        ["block", T],
        ["lift", T + 1],
        ["block", T + 2],
      ],
      ["blocked", "open", "blocked"],
    ],
    [
      "a new block in the second of the lift",
      [
        ["block", T],
        ["lift", T + 1],
        ["block", T + 1],
      ],
      ["blocked", "open", "blocked"],
    ],
    [
      "a block that is tried again",
      [
        ["block", T],
        ["block", T],
        ["block", T + 1],
      ],
      ["blocked", "blocked", "blocked"],
    ],
    [
      "a lift that is tried again",
      [
        ["block", T],
        ["lift", T + 1],
        ["lift", T + 1],
      ],
      ["blocked", "open", "open"],
    ],
  ] as const)("%s", (_, arriving, expected) => {
    expect(play(...arriving)).toEqual(expected);
  });

  test("another target's orders count for that one alone", () => {
    const orders = withOrder(NO_ORDERS, { hashes: ["f".repeat(32)], block: false, time: T + 9 }, T * 1000);
    expect(() => refuseOutdated(orders, NO_SETTINGS, { hashes: [HASH], block: true, time: T })).not.toThrow();
  });

  test("the refusal says when it was signed and what came since", () => {
    const orders = withOrder(NO_ORDERS, { hashes: [HASH], block: false, time: T + 9 }, T * 1000);
    expect(() => refuseOutdated(orders, NO_SETTINGS, { hashes: [HASH], block: true, time: T })).toThrow(
      expect.objectContaining({
        reason: "body_invalid",
        facts: { why: `it was signed at ${T} and the target was lifted at ${T + 9} since` },
      }),
    );
  });

  test.each([
    [ORDERS_SECONDS - 1, 1],
    [ORDERS_SECONDS, 0],
  ])("after %i s %i are remembered: no older signature is valid then", (seconds, count) => {
    const orders = withOrder(NO_ORDERS, { hashes: [HASH], block: true, time: T }, T * 1000);
    expect(Object.keys(withOrder(orders, null, (T + seconds) * 1000))).toHaveLength(count);
  });
});

describe("in the ledger's text", () => {
  test("taken out, and the rest is as it was", () => {
    const orders = { [HASH]: { blocked: T, lifted: 0 } };
    expect(readOrders(JSON.stringify({ ...NO_SETTINGS, orders }))).toEqual({
      orders,
      rest: JSON.stringify(NO_SETTINGS),
    });
    expect(readOrders("{}")).toEqual({ orders: {}, rest: "{}" });
    expect(readOrders("no JSON")).toEqual({ orders: {}, rest: "no JSON" });
  });
  test.each([
    [[]],
    [null],
    [{ x: { blocked: 1, lifted: 1 } }],
    [{ [HASH]: 1 }],
    [{ [HASH]: { blocked: "1", lifted: 1 } }],
  ])("%j stops the purge rather than forget an order", (orders) => {
    expect(() => readOrders(JSON.stringify({ orders }))).toThrow(expect.objectContaining({ reason: "misconfigured" }));
  });
});
