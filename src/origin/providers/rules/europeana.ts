/**
 * Europeana's thumbnails of other institutions' pictures, named by the MD5 of the picture's address as Europeana has it. No
 * address tells that Europeana has a picture, so the rule serves only hosts that the operator lists.
 */
import { md5 } from "../md5.ts";
import type { Found, Rule } from "../rule.ts";

const WIDTHS = [200, 400] as const;

/** The v3 service answers 404 for what it does not have. The v2 service answers an icon with 200, so it is never asked. */
function find(source: URL): Found {
  const name = md5(source.href);
  return {
    renditions: WIDTHS.map((width) => ({
      name: String(width),
      urls: [`https://api.europeana.eu/thumbnail/v3/${width}/${name}.jpg`],
      bound: { measure: "width", pixels: width, exact: true },
      missing: "larger",
      crops: false,
    })),
    ...{ own: null, ownCrops: false, size: null, original: source.href, format: "jpeg" },
    ...{ vector: false, decodable: true, refused: false },
  };
}

export const EUROPEANA = {
  europeana: {
    ...{ provider: "europeana", hosts: "listed", answers: /^api\.europeana\.eu$/, find },
    // Nobody has looked at how its thumbnails are scaled.
    factor: 1.9,
    sure: 3,
    source: "europeana.atlassian.net EF/2480209953; portal.js",
    date: "2026-09",
  },
} as const satisfies Record<string, Rule>;
