/** How objects of one host divide its rule: the side that lends, and the side that holds. Pure. */
import { DAY_WINDOW, sumOf, withAmount } from "./bucketWindow.ts";
import { bytesPerSecondOf } from "./byteBudget.ts";
import type { HostLimits } from "./hostLimits.ts";
import { type HostRecord, ruleOf } from "./record.ts";
import { type Demand, dayLeft, lend, SHARES, type ShareAnswer, type ShareCall, type ShareRecord } from "./shares.ts";
import { paceWindow } from "./startLog.ts";

const NO_SHARE: ShareRecord = {
  limits: { concurrency: 0, perSecond: 0, bytesPerSecond: 0 },
  until: 0,
  day: null,
};
/** While wishes wait for more than the share has, the region asks for more this often. */
const MORE_EVERY_MS = 1_000;

/** Makes an object one of a region, without a share so far. */
export function asRegion(limits: HostLimits): void {
  if (limits.record.share === null) limits.record = { ...limits.record, share: NO_SHARE };
}

/** Whether a region should ask for a share at `now`. `askedAt`: when it last did. `blocked`: wishes wait for a limit. */
export function isShareDue({ record }: HostLimits, askedAt: number, blocked: boolean, now: number): boolean {
  const { share } = record;
  if (share === null) return false;
  if (share.until - now <= SHARES.ms - SHARES.renewMs) return true;
  return blocked && now - askedAt >= MORE_EVERY_MS;
}

/** What the region asks of the lender. `waiting`: wishes without a grant. Null: it knows no rule. */
export function shareCall(
  { record }: HostLimits,
  { region, regions }: Pick<ShareCall, "region" | "regions">,
  waiting: number,
  now: number,
): ShareCall | null {
  const rule = ruleOf(record, now);
  if (rule === null) return null;
  const used = usedOf(record, rule.perSecond, now);
  const demand = {
    concurrency: used.concurrency + waiting,
    perSecond: used.perSecond + waiting,
    bytesPerSecond: used.bytesPerSecond + waiting * (record.size?.mean ?? 0),
  };
  const closedMs = Math.max(0, record.refusals.closedUntil - now);
  return { region, regions, rule, demand, dayLeft: dayLeft(record.share?.day ?? [], now), closedMs };
}

/** The lender's answer at `now`, and its new record. */
export function lendTo(limits: HostLimits, call: ShareCall, now: number): ShareAnswer {
  limits.hear(call.rule, now);
  close(limits, call.closedMs, now);
  const { record } = limits;
  // What the lender has heard may be stricter than what this region names.
  const rule = ruleOf(record, now) ?? call.rule;
  const [share, lent] = lend(record.lent, { ...call, rule }, usedOf(record, rule.perSecond, now), now);
  const portion = rule.perDay === null ? null : portionOf(rule.perDay, call.dayLeft, record);
  // The portion counts from the last moment at which the region may use it.
  const day = withAmount(record.day, now + SHARES.dayMs, portion ?? 0, DAY_WINDOW);
  limits.record = { ...record, lent, day };
  const closedMs = Math.max(0, record.refusals.closedUntil - now);
  return { limits: share, expiresInMs: SHARES.ms, day: portion, closedMs };
}

/** Takes over a share. `sentAt`: when the region sent its call, so that it never holds the share longer than the lender. */
export function hold(limits: HostLimits, answer: ShareAnswer, sentAt: number, now: number): void {
  const { record } = limits;
  const until = sentAt + answer.expiresInMs;
  const before = record.share ?? NO_SHARE;
  const live = (before.day ?? []).filter((portion) => portion.until > now && portion.left > 0);
  const portion = { left: answer.day ?? 0, until: sentAt + SHARES.dayMs };
  const day = answer.day === null ? null : portion.left > 0 ? [...live, portion] : live;
  const isNewer = until >= before.until;
  limits.record = { ...record, share: isNewer ? { limits: answer.limits, until, day } : { ...before, day } };
  close(limits, answer.closedMs, now);
}

/** Nobody starts for so long. */
export function close(limits: HostLimits, ms: number, now: number): void {
  const { refusals } = limits.record;
  if (now + ms <= refusals.closedUntil || ms <= 0) return;
  limits.record = { ...limits.record, refusals: { ...refusals, closedUntil: now + ms } };
}

function portionOf(perDay: number, left: number, { day }: HostRecord): number {
  const whole = Math.max(1, Math.floor(perDay * SHARES.dayPart));
  if (left * 2 >= whole) return 0;
  return Math.max(0, Math.min(whole - left, perDay - sumOf(day)));
}

/** What is in use at `now`: slots, starts of the last window, bytes a second. */
function usedOf(record: HostRecord, perSecond: number | null, now: number): Demand {
  const { windowMs } = paceWindow(perSecond ?? 1);
  return {
    concurrency: record.leases.length,
    perSecond: record.starts.filter((at) => at + windowMs > now).length,
    bytesPerSecond: bytesPerSecondOf(record),
  };
}
