/**
 * When the last orders to block and to lift a target were signed, by its hash. A signature is valid for a minute, so a
 * block that was recorded on its way could be sent again after a lift. The times that the orders are signed with say
 * which one the operator gave last, whatever the order in which they arrive. Pure.
 */
import { Failure } from "../errors.ts";
import type { LiveSettings } from "./liveSettings.ts";

/** Unix seconds; 0 = none that is remembered. */
type Times = { readonly blocked: number; readonly lifted: number };
export type Orders = Readonly<Record<string, Times>>;
export const NO_ORDERS: Orders = {};

/** An order to block (true) or to lift (false) targets, by their `source32` or `host16`. `time`: as signed, unix s. */
export type BlockOrder = { readonly hashes: readonly string[]; readonly block: boolean; readonly time: number };

/** Far longer than a signature is valid. */
export const ORDERS_SECONDS = 600;
const NEVER: Times = { blocked: 0, lifted: 0 };

/**
 * Throws Failure `body_invalid` for an order that must not count any more: one that came before, or that was signed before
 * one of the other kind. One that asks for what is already so changes nothing, and passes.
 */
export function refuseOutdated(orders: Orders, { blocked }: Pick<LiveSettings, "blocked">, order: BlockOrder): void {
  const { block, time } = order;
  for (const hash of order.hashes) {
    const known = orders[hash] ?? NEVER;
    const [same, other] = block ? [known.blocked, known.lifted] : [known.lifted, known.blocked];
    const isSo = [...blocked.sources, ...blocked.hosts].includes(hash) === block;
    if (isSo || (time > same && time >= other)) continue;
    const done = block ? "lifted" : "blocked";
    throw new Failure("body_invalid", { why: `it was signed at ${time} and the target was ${done} at ${other} since` });
  }
}

/** The table after an order at `now` (unix ms); those that no valid signature can be older than are forgotten. */
export function withOrder(orders: Orders, order: BlockOrder | null, now: number): Orders {
  const recent = Object.entries(orders).filter(
    ([, { blocked, lifted }]) => now / 1000 - Math.max(blocked, lifted) < ORDERS_SECONDS,
  );
  const table = Object.fromEntries(recent);
  for (const hash of order?.hashes ?? []) {
    const { blocked, lifted } = table[hash] ?? NEVER;
    const time = order?.time ?? 0;
    table[hash] = order?.block
      ? { blocked: Math.max(blocked, time), lifted }
      : { blocked, lifted: Math.max(lifted, time) };
  }
  return table;
}

/** Takes the table out of a ledger's text and gives the rest. Throws Failure `misconfigured`. */
export function readOrders(text: string): { readonly orders: Orders; readonly rest: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { orders: NO_ORDERS, rest: text };
  }
  if (typeof value !== "object" || value === null || !("orders" in value)) return { orders: NO_ORDERS, rest: text };
  const { orders, ...rest } = value;
  if (!isOrders(orders)) throw new Failure("misconfigured", {}, "ledger: orders is no table of hashes and times");
  return { orders, rest: JSON.stringify(rest) };
}

function isOrders(value: unknown): value is Orders {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value as Record<string, Partial<Times> | null>).every(
    ([hash, times]) =>
      /^(?:[0-9a-f]{16}){1,2}$/.test(hash) &&
      Number.isSafeInteger(times?.blocked) &&
      Number.isSafeInteger(times?.lifted),
  );
}
