/** From counts by host to pace, days, bytes and dollars. Pure. */
import { jobPace } from "../../../catalogue/jobPace.ts";
import { addOperations, dollarsOf, type Operations, PRICES_READ } from "../../../catalogue/prices.ts";
import type { Politeness } from "../../../config/politeness.ts";
import type { PolitenessRules } from "../../../origin/governor/politeness.ts";
import { BROKEN, type BrokenLine, SKIPPED, type Tally } from "../manifest/broken.ts";
import type { Counted } from "./countHosts.ts";
import { ASSUMED, EXPECTED_CPU, EXPECTED_GOVERNED, EXPECTED_OPERATIONS, STORED_GB_MONTH } from "./expected.ts";
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
  readonly dollars: number;
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
  const expected = estimate(hosts, options.facts);
  const paced = paceHosts(hosts, expected, options.politeness);
  const order = new Uint32Array(hosts.size)
    .map((_, host) => host)
    .sort((a, b) => {
      const later = (paced.days[b] ?? 0) - (paced.days[a] ?? 0);
      return later || (hosts.pictures[b] ?? 0) - (hosts.pictures[a] ?? 0) || a - b;
    });
  const sum = (values: Float64Array) => values.subarray(0, hosts.size).reduce((total, value) => total + value, 0);
  const requests = sum(expected.requests);
  const bytes = sum(expected.bytes);
  const pictures = sum(hosts.pictures) + beyond;
  const listed = order.subarray(0, Math.min(options.most, hosts.size));
  return {
    lines: tally.records,
    pictures,
    hosts: hosts.size,
    beyond,
    ...counts(tally),
    requests,
    bytes,
    days: paced.days[order[0] ?? 0] ?? 0,
    dollars: dollars({ pictures, requests, bytes, governed: paced.governed }, options.renditionPixels),
    assumed: ASSUMED,
    byHost: Array.from(listed, (host): HostPlan => {
      const name = hosts.nameOf(host);
      const group = paced.groups[paced.groupOf[host] ?? ALONE];
      const isRuled = (group?.rule ?? null) !== null;
      const work = {
        pictures: hosts.pictures[host] ?? 0,
        requests: expected.requests[host] ?? 0,
        bytes: expected.bytes[host] ?? 0,
      };
      return {
        ...{ host: name, group: group?.name ?? name, pacedBy: isRuled ? "rule" : "default" },
        ...{ pictures: work.pictures, requests: Math.round(work.requests), bytes: Math.round(work.bytes) },
        ...{ perSecond: paced.perSecond[host] ?? 0, days: paced.days[host] ?? 0 },
        dollars: dollarsOf(operationsFor({ ...work, governed: isRuled ? work.requests : 0 })),
      };
    }),
  };
}

type Expectation = { readonly requests: Float64Array; readonly bytes: Float64Array };

function estimate(hosts: HostTable, facts: "none" | "header"): Expectation {
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

type Group = {
  readonly name: string;
  readonly rule: Politeness | null;
  pictures: number;
  requests: number;
  bytes: number;
};

/** Instead of the number of a group: no rule names the host. */
const ALONE = -1;

/**
 * Pace and days of each host. Hosts of one operator share a pace and end together. A host of no group takes only its
 * numbers, since a catalogue of the web has very many.
 */
function paceHosts(hosts: HostTable, { requests, bytes }: Expectation, politeness: PolitenessRules) {
  const groupOf = new Int32Array(hosts.size).fill(ALONE);
  const groups: Group[] = [];
  const numbers = new Map<string, number>();
  for (let host = 0; host < hosts.size; host++) {
    const name = hosts.nameOf(host);
    const { group, rule } = politeness.of(new URL(`https://${name}/`));
    if (group === name && rule === null) continue;
    const number = numbers.get(group) ?? groups.push({ name: group, rule, pictures: 0, requests: 0, bytes: 0 }) - 1;
    numbers.set(group, number);
    groupOf[host] = number;
    const sums = groups[number];
    if (sums === undefined) continue;
    sums.pictures += hosts.pictures[host] ?? 0;
    sums.requests += requests[host] ?? 0;
    sums.bytes += bytes[host] ?? 0;
  }
  const governed = groups.reduce((total, { rule, requests: asked }) => total + (rule === null ? 0 : asked), 0);
  const perSecond = new Float64Array(hosts.size);
  const days = new Float64Array(hosts.size);
  for (let host = 0; host < hosts.size; host++) {
    const group = groups[groupOf[host] ?? ALONE];
    const asked = group?.requests ?? requests[host] ?? 0;
    const fetched = group?.bytes ?? bytes[host] ?? 0;
    const usual = { exchangeMs: ASSUMED.exchangeMs, bytes: fetched / Math.max(1, asked) };
    const { expected } = jobPace(group?.rule ?? null, group?.pictures ?? hosts.pictures[host] ?? 0, usual);
    perSecond[host] = expected;
    days[host] = asked / expected / 86_400;
  }
  return { groupOf, groups, perSecond, days, governed };
}

type Work = {
  readonly pictures: number;
  readonly requests: number;
  readonly bytes: number;
  /** Requests to hosts with a rule. */
  readonly governed: number;
};

function operationsFor({ pictures, requests, bytes, governed }: Work): Operations {
  const megapixels = bytes / ASSUMED.bytesPerPixel / 1e6;
  const cpuMs =
    pictures * EXPECTED_CPU.picture +
    megapixels * EXPECTED_CPU.megapixel +
    Math.max(0, requests - pictures) * EXPECTED_CPU.facts;
  return [times(EXPECTED_OPERATIONS, pictures), times(EXPECTED_GOVERNED, governed), { cpuMs }].reduce(addOperations);
}

function dollars(work: Work, renditionPixels: number): Plan["dollars"] {
  const operations = operationsFor(work);
  const by = Object.entries(operations).map(([name, count]) => [name, dollarsOf({ [name]: count })] as const);
  const total = dollarsOf(operations);
  const storedBytes = work.pictures * renditionPixels * ASSUMED.storedBytesPerPixel;
  return {
    total,
    perMillion: work.pictures === 0 ? 0 : (total / work.pictures) * 1e6,
    storageMonth: (storedBytes / 1e9) * STORED_GB_MONTH,
    pricesRead: PRICES_READ,
    by: Object.fromEntries(by),
  };
}

function times(each: Operations, count: number): Operations {
  return Object.fromEntries(Object.entries(each).map(([name, one]) => [name, one * count]));
}

function counts(tally: Tally): Pick<Plan, "broken" | "skipped"> {
  const reasons = [...tally.byReason].filter(([reason]) => Object.hasOwn(BROKEN, reason));
  return {
    broken: { total: tally.broken, byReason: Object.fromEntries(reasons), examples: tally.examples },
    skipped: Object.fromEntries([...tally.skipped].filter(([reason]) => Object.hasOwn(SKIPPED, reason))),
  };
}
