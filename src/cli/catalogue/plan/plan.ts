/** From counts by host to pace, days, bytes and dollars. Pure. */
import { jobPace } from "../../../catalogue/jobPace.ts";
import { dollarsOf, type Operations, PRICES_READ } from "../../../catalogue/prices.ts";
import type { Politeness } from "../../../config/politeness.ts";
import type { PolitenessRules } from "../../../origin/governor/politeness.ts";
import { BROKEN, type BrokenLine, SKIPPED, type Tally } from "../manifest/broken.ts";
import type { Counted } from "./countHosts.ts";
import { ASSUMED, EXPECTED_CPU, EXPECTED_OPERATIONS, STORED_GB_MONTH } from "./expected.ts";
import type { HostTable } from "./hostTable.ts";

export type HostPlan = {
  readonly host: string;
  /** Hosts of one group share a pace, so they end together. It is the host itself where no rule names it. */
  readonly group: string;
  /** Where the pace comes from: a rule for the host, or the paces of jobs. */
  readonly pacedBy: "rule" | "default";
  readonly pictures: number;
  /** Requests: a picture whose original's facts are asked for takes two. */
  readonly requests: number;
  /** Requests a second of the group. */
  readonly perSecond: number;
  readonly days: number;
  /** To be fetched. */
  readonly bytes: number;
};

export type Plan = {
  readonly lines: number;
  readonly pictures: number;
  readonly hosts: number;
  /** Pictures of further hosts, which are in `pictures` and in `dollars`, and not in `days`. */
  readonly beyond: number;
  readonly broken: {
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly examples: readonly BrokenLine[];
  };
  readonly skipped: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly bytes: number;
  readonly days: number;
  readonly dollars: {
    readonly total: number;
    readonly perMillion: number;
    readonly storageMonth: number;
    readonly pricesRead: string;
    readonly by: Readonly<Record<string, number>>;
  };
  readonly assumed: typeof ASSUMED;
  /** Those that end last first; not more than were asked for. */
  readonly byHost: readonly HostPlan[];
};

export type PlanOptions = {
  readonly politeness: PolitenessRules;
  readonly facts: "none" | "header";
  /** Pixels of a rendition: width times height. */
  readonly renditionPixels: number;
  /** How many hosts are listed. */
  readonly most: number;
};

export function makePlan({ hosts, tally, beyond }: Counted, options: PlanOptions): Plan {
  const estimates = estimate(hosts, options.facts);
  const { groupOf, groups } = grouped(hosts, options.politeness);
  for (let host = 0; host < hosts.size; host++) {
    const group = groups[groupOf[host] ?? 0];
    if (group === undefined) continue;
    group.pictures += hosts.pictures[host] ?? 0;
    group.requests += estimates.requests[host] ?? 0;
    group.bytes += estimates.bytes[host] ?? 0;
  }
  const paced = groups.map((group) => paceOf(group));
  const order = Array.from({ length: hosts.size }, (_, host) => host).sort((a, b) => {
    const days = (host: number) => paced[groupOf[host] ?? 0]?.days ?? 0;
    return days(b) - days(a) || (hosts.pictures[b] ?? 0) - (hosts.pictures[a] ?? 0) || a - b;
  });
  const sum = (values: Float64Array) => values.subarray(0, hosts.size).reduce((total, value) => total + value, 0);
  const requests = sum(estimates.requests);
  const bytes = sum(estimates.bytes);
  const pictures = sum(hosts.pictures) + beyond;
  return {
    lines: tally.records,
    pictures,
    hosts: hosts.size,
    beyond,
    ...counts(tally),
    requests,
    bytes,
    days: paced.reduce((latest, { days }) => Math.max(latest, days), 0),
    dollars: dollars(pictures, requests, bytes, options),
    assumed: ASSUMED,
    byHost: order.slice(0, options.most).flatMap((host): HostPlan[] => {
      const group = groups[groupOf[host] ?? 0];
      const pace = paced[groupOf[host] ?? 0];
      if (group === undefined || pace === undefined) return [];
      const name = hosts.nameOf(host);
      return [
        {
          ...{ host: name, group: group.name ?? name, pacedBy: group.rule === null ? "default" : "rule" },
          ...{ pictures: hosts.pictures[host] ?? 0, requests: Math.round(estimates.requests[host] ?? 0) },
          ...{ perSecond: pace.perSecond, days: pace.days, bytes: Math.round(estimates.bytes[host] ?? 0) },
        },
      ];
    }),
  };
}

/** `name` null: a host alone, which has the name already. */
type Group = {
  readonly name: string | null;
  readonly rule: Politeness | null;
  pictures: number;
  requests: number;
  bytes: number;
};

function estimate(hosts: HostTable, facts: "none" | "header") {
  const requests = new Float64Array(hosts.size);
  const bytes = new Float64Array(hosts.size);
  for (let host = 0; host < hosts.size; host++) {
    const pictures = hosts.pictures[host] ?? 0;
    const samples = hosts.samples[host] ?? 1;
    const own = pictures * ((hosts.sampledOwn[host] ?? 0) / samples);
    const expected = pictures * ((hosts.sampledBytes[host] ?? 0) / samples);
    const listed = hosts.listed[host] ?? 0;
    // What the manifest lists of originals counts where originals are fetched.
    const isOriginal = own === 0 && listed > 0;
    const second = facts === "header" ? own : 0;
    requests[host] = pictures + second;
    bytes[host] =
      (isOriginal ? (hosts.listedBytes[host] ?? 0) + (expected * (pictures - listed)) / pictures : expected) +
      second * ASSUMED.factsBytes;
  }
  return { requests, bytes };
}

/** Hosts of one operator share a pace; every other host is a group of its own. */
function grouped(hosts: HostTable, politeness: PolitenessRules) {
  const groupOf = new Uint32Array(hosts.size);
  const groups: Group[] = [];
  const numbers = new Map<string, number>();
  for (let host = 0; host < hosts.size; host++) {
    const name = hosts.nameOf(host);
    const { group, rule } = politeness.of(new URL(`https://${name}/`));
    const isAlone = group === name && rule === null;
    let number = isAlone ? undefined : numbers.get(group);
    if (number === undefined) {
      number = groups.push({ name: isAlone ? null : group, rule, pictures: 0, requests: 0, bytes: 0 }) - 1;
      if (!isAlone) numbers.set(group, number);
    }
    groupOf[host] = number;
  }
  return { groupOf, groups };
}

function paceOf({ rule, pictures, requests, bytes }: Group): { readonly perSecond: number; readonly days: number } {
  const usual = { exchangeMs: ASSUMED.exchangeMs, bytes: bytes / Math.max(1, requests) };
  const { expected } = jobPace(rule, pictures, usual);
  return { perSecond: expected, days: requests / expected / 86_400 };
}

function dollars(pictures: number, requests: number, bytes: number, { renditionPixels }: PlanOptions): Plan["dollars"] {
  const megapixels = bytes / ASSUMED.bytesPerPixel / 1e6;
  const cpuMs =
    pictures * EXPECTED_CPU.picture +
    megapixels * EXPECTED_CPU.megapixel +
    Math.max(0, requests - pictures) * EXPECTED_CPU.facts;
  const counts: Operations = Object.fromEntries(
    Object.entries(EXPECTED_OPERATIONS).map(([name, each]) => [name, each * pictures]),
  );
  const operations = { ...counts, cpuMs };
  const by = Object.fromEntries(
    Object.entries(operations).map(([name, count]) => [name, dollarsOf({ [name]: count })]),
  );
  const total = dollarsOf(operations);
  return {
    total,
    perMillion: pictures === 0 ? 0 : (total / pictures) * 1e6,
    storageMonth: ((pictures * renditionPixels * ASSUMED.storedBytesPerPixel) / 1e9) * STORED_GB_MONTH,
    pricesRead: PRICES_READ,
    by,
  };
}

function counts(tally: Tally): Pick<Plan, "broken" | "skipped"> {
  const reasons = [...tally.byReason].filter(([reason]) => Object.hasOwn(BROKEN, reason));
  return {
    broken: { total: tally.broken, byReason: Object.fromEntries(reasons), examples: tally.examples },
    skipped: Object.fromEntries([...tally.skipped].filter(([reason]) => Object.hasOwn(SKIPPED, reason))),
  };
}
