/**
 * What known sources allow, with where and when it was read. A row is a group of hosts that have one budget together,
 * since its operator counts them together. Live settings stand over the rows, and may add hosts.
 */
import { type HostPattern, parseHostPattern } from "../../config/hostPattern.ts";
import { NO_LIMITS, type Politeness } from "../../config/politeness.ts";
import { matchesPattern } from "../../policy/hosts.ts";

/** The location hints of Durable Objects. */
export const PLACES = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
export type Place = (typeof PLACES)[number];

type Row = {
  readonly group: string;
  /** Patterns as in ALLOWED_SOURCES: `host`, `*.host`, with `:port` if need be. */
  readonly hosts: readonly string[];
  readonly limits: Partial<Politeness>;
  /** Where the host is: the location hint of its governor. */
  readonly place: Place;
  readonly source: string;
  /** When the rule was read, or its last sighting; year and month. */
  readonly read: string;
};

export const POLITENESS = [
  {
    group: "wikimedia-media",
    hosts: ["upload.wikimedia.org", "thumb.wikimedia.org"],
    // "Total concurrency of 2, 25 Mbps over 10-second windows", for each operator and over all hosts.
    limits: { concurrency: 2, bytesPerSecond: 3_125_000 },
    place: "enam",
    source: "wikitech.wikimedia.org/wiki/Robot_policy",
    read: "2026-01",
  },
  {
    group: "wikimedia-sites",
    hosts: ["commons.wikimedia.org", "*.wikipedia.org", "www.wikidata.org"],
    // "Fewer than 10 at a time, less than 20 requests a second".
    limits: { concurrency: 9, perSecond: 19 },
    place: "enam",
    source: "wikitech.wikimedia.org/wiki/Robot_policy",
    read: "2026-01",
  },
  {
    group: "inaturalist",
    hosts: ["static.inaturalist.org"],
    // 5 GB an hour and 24 GB a day of media; the second one, spread evenly, holds both.
    limits: { bytesPerSecond: 277_777 },
    place: "wnam",
    source: "www.inaturalist.org/pages/api+recommended+practices",
    read: "2025-09",
  },
  {
    group: "aucklandmuseum",
    hosts: ["api.aucklandmuseum.com"],
    limits: { perSecond: 10, perDay: 1_000 },
    place: "oc",
    source: "github.com/WordPress/openverse catalog/dags/providers/provider_api_scripts/auckland_museum.py",
    read: "2025-09",
  },
  {
    group: "flickr",
    hosts: ["live.staticflickr.com", "*.staticflickr.com", "*.static.flickr.com"],
    // No limit is written. The hosts of all forms of addresses are one provider: a refusal, and a live setting, holds for all.
    limits: {},
    place: "enam",
    source: "www.flickr.com/services/api/misc.urls.html",
    read: "2026-09",
  },
] as const satisfies readonly Row[];

/** The governor of a host whose place is not known. */
export const DEFAULT_PLACE: Place = "enam";

/** Who governs a host, and with which rule. */
export type Governed = {
  /** Names the hosts that have one budget together. */
  readonly group: string;
  /** null = the host has no rule; what was learnt counts. */
  readonly rule: Politeness | null;
  readonly place: Place;
};

type Known = Governed & { readonly patterns: readonly HostPattern[] };

/** `Config.politeness`. */
export type PolitenessSettings = Readonly<Record<string, Partial<Politeness>>>;

/** The groups, exact hosts before patterns with `*.`, and longer patterns before shorter ones. */
export class PolitenessRules {
  readonly #known: readonly Known[];

  /** Every limit of a setting replaces that of the row with the same host; with a host of no row it is a group of its own. */
  constructor(settings: PolitenessSettings) {
    const set = Object.entries(settings).map(([text, limits]) => ({ text, limits, pattern: parseHostPattern(text) }));
    const rows: readonly Row[] = POLITENESS;
    const known = rows.map(({ group, hosts, limits, place }) => {
      const patterns = hosts.map(parseHostPattern);
      const over = set.filter(({ pattern }) => patterns.some((one) => isSame(one, pattern)));
      return { group, place, patterns, rule: ruleOf([limits, ...over.map((one) => one.limits)]) };
    });
    const own = set
      .filter(({ pattern }) => !known.some(({ patterns }) => patterns.some((one) => isSame(one, pattern))))
      .map(({ pattern, limits }) => {
        return { group: nameOf(pattern), place: DEFAULT_PLACE, patterns: [pattern], rule: ruleOf([limits]) };
      });
    this.#known = [...own, ...known];
  }

  /** Of a host without a row and without a setting the group is the host itself, and the rule null. */
  of(url: URL): Governed {
    const matches = this.#known.flatMap((known) =>
      known.patterns.filter((pattern) => matchesPattern(url, pattern)).map((pattern) => ({ known, pattern })),
    );
    const [best] = matches.sort((a, b) => rank(b.pattern) - rank(a.pattern));
    if (best === undefined) return { group: url.host, rule: null, place: DEFAULT_PLACE };
    const { group, rule, place } = best.known;
    return { group, rule, place };
  }
}

/** The limits of all, later ones over earlier ones; null when nothing is limited. */
function ruleOf(limits: readonly Partial<Politeness>[]): Politeness | null {
  const rule: Politeness = Object.assign({}, NO_LIMITS, ...limits);
  return Object.values(rule).every((limit) => limit === null) ? null : rule;
}

function rank({ subdomains, hostname, port }: HostPattern): number {
  return (subdomains ? 0 : 10_000) + 2 * hostname.length + (port === null ? 0 : 1);
}

function isSame(a: HostPattern, b: HostPattern): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf({ subdomains, hostname, port }: HostPattern): string {
  return `${subdomains ? "*." : ""}${hostname}${port === null ? "" : `:${port}`}`;
}
