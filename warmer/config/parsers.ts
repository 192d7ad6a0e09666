import { BlockList } from "node:net";
import { LOCATION_HINTS } from "../hint/placeTable.ts";
import { parseCidr } from "../receive/senderList.ts";

/** A setting that cannot be parsed. Each problem names the value and what is valid. */
export class SettingError extends Error {
  override name = "SettingError";
  readonly problems: readonly string[];
  /** The part that could be parsed, for checks against other settings. Undefined if a part is no help. */
  readonly partial: unknown;

  constructor(problems: string | readonly string[], partial?: unknown) {
    const all = typeof problems === "string" ? [problems] : problems;
    super(all.join("; "));
    this.problems = all;
    this.partial = partial;
  }
}

export type HostPort = { readonly host: string; readonly port: number };

export type RegionUrl = { readonly region: string; readonly url: URL };

/** A whole number in [min, max]. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new SettingError(`"${text}" is not a whole number from ${min} to ${max}`);
  };
}

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new SettingError(`"${text}" is not one of ${words.join(", ")}`);
  };
}

/** `host:port`, IPv6 in brackets. Port 0 lets the system choose. The host must be an address; no name is resolved. */
export function hostPort(text: string): HostPort {
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && parseCidr(host) !== undefined && port <= 65_535) return { host, port };
  throw new SettingError(`"${text}" is not address:port, such as 127.0.0.1:4814 or [::1]:4814`);
}

/** A secret. The empty text means none. */
export function secret(text: string): string | null {
  return text === "" ? null : text;
}

/** Comma-separated CIDRs or addresses. */
export function cidrs(text: string): BlockList {
  const list = new BlockList();
  const problems: string[] = [];
  for (const item of items(text)) {
    const cidr = parseCidr(item);
    if (cidr !== undefined) list.addSubnet(cidr.address, cidr.prefix, cidr.family);
    else problems.push(`"${item}" is not a CIDR, such as 10.0.0.0/8 or ::1/128`);
  }
  if (problems.length > 0) throw new SettingError(problems);
  return list;
}

const NAMES = `names are ${LOCATION_HINTS.join(", ")}`;

/** `weur=https://…,enam=https://…`. At least one region, each name once, URLs without a path. */
export function regionUrls(text: string): readonly RegionUrl[] {
  const { rows, problems: unreadable } = readPairs(text);
  const problems = unreadable.map((problem) =>
    problem.endsWith("name=value") ? `${problem}, such as weur=https://images.example.org; ${NAMES}` : problem,
  );
  const regions: RegionUrl[] = [];
  for (const [region, address] of rows) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(region)) {
      problems.push(`"${region}" is not a region's name: lower-case letters, digits and hyphens, 32 at most`);
    }
    const url = URL.parse(address);
    const plain = url !== null && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
    if (plain && /^https?:$/.test(url.protocol) && /^(\/|\/warm)$/.test(url.pathname)) regions.push({ region, url });
    else problems.push(`"${address}" of ${region} is not a URL such as https://images.example.org (no path)`);
  }
  if (problems.length > 0) throw new SettingError(problems);
  if (regions.length === 0) throw new SettingError("no region is given; an example is weur=https://images.example.org");
  return regions;
}

/** `a=b,c=d`. Each name once. */
export function pairs(text: string): ReadonlyMap<string, string> {
  const { rows, problems } = readPairs(text);
  if (problems.length > 0) throw new SettingError(problems, rows);
  return rows;
}

/** Pairs whose names are places: `colo:DXB`, `c:AE` (country), `k:AS` (continent) or `r:eeur` (region). */
export function placePairs(text: string): ReadonlyMap<string, string> {
  const { rows, problems } = readPairs(text);
  for (const place of rows.keys()) {
    if (/^(colo:[A-Z]{3}|[ck]:[A-Z]{2}|r:[a-z0-9-]+)$/.test(place)) continue;
    problems.push(`"${place}" is not like colo:DXB, c:AE, k:AS or r:eeur`);
  }
  if (problems.length > 0) throw new SettingError(problems, rows);
  return rows;
}

/** The pairs that can be parsed (the first of each name), and the problems of the others. */
function readPairs(text: string): { rows: Map<string, string>; problems: string[] } {
  const rows = new Map<string, string>();
  const problems: string[] = [];
  for (const item of items(text)) {
    const equals = item.indexOf("=");
    const name = item.slice(0, equals).trim();
    if (equals < 1 || equals === item.length - 1) problems.push(`"${item}" is not name=value`);
    else if (rows.has(name)) problems.push(`"${name}" is given twice`);
    else rows.set(name, item.slice(equals + 1).trim());
  }
  return { rows, problems };
}

function items(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
