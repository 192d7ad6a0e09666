/** Accept classes a hint may ask for; the index is what the warmer carries. */
export const FORMATS = ["webp", "avif", "base"] as const;

export type Format = (typeof FORMATS)[number];

/** The fields of a hint that say where: region, country, continent, data centre; and the Flickr form's endpoint. */
export const PLACE_KINDS = ["r", "c", "k", "colo", "endpoint"] as const;

export type PlaceKind = (typeof PLACE_KINDS)[number];

/** Largest datagram taken, bytes; fits the smallest common MTU with room for tunnels. */
export const MAX_DATAGRAM_BYTES = 1400;

/** More paths than fit into the largest datagram: of `"/",` at four bytes each some 340 do. */
export const MAX_PATHS_PER_LINE = 350;
