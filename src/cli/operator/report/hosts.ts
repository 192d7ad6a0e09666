/** Third parties in the report: what was fetched, what failed, and how breakers and governors held us back. Pure. */
import type { Row } from "../ask/question.ts";

export type HostRow = {
  readonly host: string;
  readonly fetches: number;
  /** Milliseconds of an exchange; null without any. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly failures: number;
  /** [reason, failures], most first. */
  readonly reasons: readonly (readonly [string, number])[];
  /** Requests that were answered with a failure that was remembered. */
  readonly remembered: number;
  /** Requests that were not sent because the breaker was open. */
  readonly breakerOpen: number;
  /** Calls of the host's governor; 0 = it has none, or nobody asked. */
  readonly governorCalls: number;
  /** Misses that waited for a grant, and their mean wait in milliseconds. */
  readonly waited: number;
  readonly meanWaitMs: number;
  /** Misses that gave up waiting, and those that found no governor. */
  readonly saturated: number;
  readonly unreachable: number;
  readonly bytesIn: number;
  readonly bytesSaved: number;
};

export function hostRows(hosts: readonly Row[], times: readonly Row[], failures: readonly Row[]): readonly HostRow[] {
  const timesOf = new Map(times.map((row) => [row.sourceHost, row]));
  const reasonsOf = Map.groupBy(failures, ({ sourceHost }) => sourceHost);
  return hosts
    .map((row): HostRow => {
      const number = (name: string) => Number(row[name] ?? 0);
      const { sourceHost = "" } = row;
      const time = timesOf.get(sourceHost);
      const reasons = (reasonsOf.get(sourceHost) ?? []).map((one) => [`${one.reason}`, Number(one.failures)] as const);
      return {
        ...{ host: `${sourceHost}`, fetches: number("fetches"), failures: number("failures") },
        ...{ p50: time === undefined ? null : Number(time.p50), p95: time === undefined ? null : Number(time.p95) },
        reasons: reasons.sort(([, a], [, b]) => b - a),
        ...{ remembered: number("remembered"), breakerOpen: number("breakerOpen") },
        ...{ governorCalls: number("governorCalls"), waited: number("waited") },
        meanWaitMs: number("waited") === 0 ? 0 : number("waitedMs") / number("waited"),
        ...{ saturated: number("saturated"), unreachable: number("unreachable") },
        ...{ bytesIn: number("bytesIn"), bytesSaved: number("bytesSaved") },
      };
    })
    .filter(({ fetches, failures: failed, breakerOpen, remembered, governorCalls }) => {
      return fetches + failed + breakerOpen + remembered + governorCalls > 0;
    });
}
