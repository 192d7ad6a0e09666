/** Accept classes that a hint may ask for. The warmer carries the index. */
export const FORMATS = ["webp", "avif", "base"] as const;

export type Format = (typeof FORMATS)[number];

/**
 * The fields of a hint that name a place: region, country, continent, data centre. The last one is the endpoint of
 * Flickr's form.
 */
export const PLACE_KINDS = ["r", "c", "k", "colo", "endpoint"] as const;

export type PlaceKind = (typeof PLACE_KINDS)[number];

/** Largest datagram that is accepted, bytes. It fits into the smallest common MTU, with space for tunnels. */
export const MAX_DATAGRAM_BYTES = 1400;

/** More paths than the largest datagram can hold: about 340 of `"/",`, at four bytes each. */
export const MAX_PATHS_PER_LINE = 350;
