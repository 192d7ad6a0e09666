/** The stores that can answer, in the order in which a request meets them, and what the page calls them. Pure. */

/** How an answer came: a store's `detail` in Cache-Status (RFC 9211), or `source`. */
export const KINDS = ["edge", "kv", "region", "primary", "derived", "stale-if-error", "source", "unknown"] as const;

export type Kind = (typeof KINDS)[number];

/** The stations of a request's way. The page draws them as a path. Their places are those of the demo's table of distances. */
export const PATH = ["edge", "kv", "region", "primary", "source"] as const satisfies readonly Kind[];

export type Reader = { readonly city: string; readonly region: string };

const REGION_NAMES: Readonly<Record<string, string>> = {
  wnam: "West American store",
  enam: "American store",
  weur: "European store",
  eeur: "East European store",
  apac: "Asian store",
  oc: "Oceanian store",
};

/** Name of a store for a reader. */
export function storeName(kind: Kind, { city, region }: Reader): string {
  return {
    edge: `edge cache in ${city}`,
    kv: "KV",
    region: REGION_NAMES[region] ?? `store of ${region}`,
    primary: "primary store",
    derived: "larger copy in the primary store",
    "stale-if-error": "copy kept for when a source fails",
    source: "source, just now",
    unknown: "",
  }[kind];
}
