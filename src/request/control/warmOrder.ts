/** The body of `POST /warm`, checked. Pure. */
import { Failure } from "../../errors.ts";
import type { AcceptClass } from "../../image/formats/descriptor.ts";

export const MAX_WARM_PATHS = 20;
const MAX_DEADLINE_MS = 60_000;
const DEFAULT_DEADLINE_MS = 800;

/** `format` of a push -> the Accept header of the browsers it warms for. */
const ACCEPT = { webp: "image/webp", avif: "image/avif,image/webp", base: "" } as const satisfies Record<
  AcceptClass,
  string
>;

export type WarmOrder = {
  readonly region: string;
  /** The version of the region map that named the region; null = the fixed table did. */
  readonly regions: number | null;
  readonly accept: string;
  /** Milliseconds after receipt. Later the work is of no use. */
  readonly deadlineMs: number;
  /** Proxy paths as a browser asks for them; each begins with `/`. */
  readonly paths: readonly string[];
};

/** Reads a push. `regions`: the deployed ones. Throws Failure `body_invalid` that names the field and its limit. */
export function readWarmOrder(body: Readonly<Record<string, unknown>>, regions: readonly string[]): WarmOrder {
  const { v, region, regions: version = null, format = "webp", deadlineMs = DEFAULT_DEADLINE_MS, paths } = body;
  if (v !== 1) refuse("v must be 1");
  if (typeof region !== "string" || !regions.includes(region)) refuse(`region must be one of ${regions.join(", ")}`);
  if (version !== null && !(typeof version === "number" && Number.isSafeInteger(version) && version >= 0)) {
    refuse("regions must be the version of a region map");
  }
  if (typeof format !== "string" || !Object.hasOwn(ACCEPT, format)) refuse("format must be webp, avif or base");
  if (typeof deadlineMs !== "number" || !(deadlineMs >= 1 && deadlineMs <= MAX_DEADLINE_MS)) {
    refuse(`deadlineMs must be 1 to ${MAX_DEADLINE_MS}`);
  }
  if (!Array.isArray(paths) || paths.length < 1 || paths.length > MAX_WARM_PATHS || !paths.every(isPath)) {
    refuse(`paths must be 1 to ${MAX_WARM_PATHS} texts that begin with /`);
  }
  return { region, regions: version, accept: ACCEPT[format as AcceptClass], deadlineMs, paths };
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("/");
}

function refuse(why: string): never {
  throw new Failure("body_invalid", { why });
}
