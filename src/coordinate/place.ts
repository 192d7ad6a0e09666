import type { Place } from "./regions.ts";

/** The fields of `request.cf` that say where the reader is. Cloudflare sends the longitude as text. */
export type CfPlace = {
  readonly colo?: unknown;
  readonly continent?: unknown;
  readonly country?: unknown;
  readonly longitude?: unknown;
};

/** `request.cf` -> Place. A field of another type counts as unknown. Undefined gives undefined, which `regionOf` accepts. */
export function placeOf(cf: CfPlace | undefined): Place | undefined {
  if (cf === undefined) return undefined;
  const longitude = typeof cf.longitude === "string" && cf.longitude !== "" ? Number(cf.longitude) : cf.longitude;
  return {
    colo: text(cf.colo),
    continent: text(cf.continent),
    country: text(cf.country),
    longitude: typeof longitude === "number" && Number.isFinite(longitude) ? longitude : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
