/** Which limits hold for an object now. Pure. */
import { NO_LIMITS, type Politeness } from "../../config/politeness.ts";
import { type HostRecord, ruleOf } from "./record.ts";
import { learntLimits } from "./refusals.ts";
import { dayLeft, lentOf, type ShareLimits } from "./shares.ts";

const NOTHING: ShareLimits = { concurrency: 0, perSecond: 0, bytesPerSecond: 0 };

/** The share of a region; else the rule without what is lent; else what refusals have taught. */
export function limitsInForce(record: HostRecord, now: number): Politeness {
  const { share, lent, refusals } = record;
  if (share !== null) {
    const perDay = share.day === null ? null : dayLeft(share.day, now);
    return { ...(share.until > now ? share.limits : NOTHING), perDay };
  }
  const rule = ruleOf(record, now);
  if (rule === null) return learntLimits(refusals, now) ?? NO_LIMITS;
  const own = (limit: keyof ShareLimits) => {
    const whole = rule[limit];
    return whole === null ? null : Math.max(0, whole - lentOf(lent, limit, now));
  };
  return {
    concurrency: own("concurrency"),
    perSecond: own("perSecond"),
    bytesPerSecond: own("bytesPerSecond"),
    perDay: rule.perDay,
  };
}
