/** Flickr: most of the catalogue. https://www.flickr.com/services/api/misc.urls.html */
import type { NoRule, Rule } from "../rule.ts";
import { fromTemplate, type OwnSize } from "../template.ts";

/** `farmN.static.flickr.com` is the form of before 2011-11-18; the tables of 2014 still name it. */
export const FLICKR_HOSTS =
  /^(?:live\.staticflickr\.com|farm\d{1,3}\.static\.?flickr\.com|c\d{1,3}\.staticflickr\.com)$/;

/** `_n`, `_w`, `_z` and `_c` came later (`_c` on 2012-03-01), so old photos may lack them and have larger sizes. */
const SIZES: readonly OwnSize[] = [
  { token: "_s", pixels: 75, crops: true, missing: "never" },
  { token: "_q", pixels: 150, crops: true, missing: "skipped" },
  { token: "_t", pixels: 100, missing: "never" },
  { token: "_m", pixels: 240 },
  { token: "_n", pixels: 320, missing: "skipped" },
  { token: "_w", pixels: 400, missing: "skipped" },
  { token: "", pixels: 500 },
  { token: "_z", pixels: 640, missing: "skipped" },
  { token: "_c", pixels: 800, missing: "skipped" },
  { token: "_b", pixels: 1024 },
];

export const FLICKR = {
  flickr: {
    provider: "flickr",
    hosts: FLICKR_HOSTS,
    answers: FLICKR_HOSTS,
    find: fromTemplate({
      path: /^\/(?<pre>(?:\d{1,6}\/)?)(?<srv>\d{1,8})\/(?<id>\d{1,20})_(?<secret>[0-9a-f]{1,32})(?<s>(?:_[sqtmnwzcb])?)\.jpg$/,
      address: "https://{host}/{pre}{srv}/{id}_{secret}{s}.jpg",
      sizes: SIZES,
      measure: "longer",
      format: "jpeg",
    }),
    factor: 1,
    sure: 3,
    source: "flickr.com/services/api/misc.urls.html; Openverse's flickr tests",
    date: "2026-09",
  },
  flickr_hi: {
    provider: "flickr",
    none: "h k 3k 4k f 5k 6k o have a secret each; smaller sizes need the API (photos.getSizes)",
    sure: 3,
    date: "2026-09",
  },
  flickr_subs: {
    provider: "flickr",
    none: "nasa, bio_diversity, spacex and other sources on Flickr's hosts: the rule flickr serves them",
    sure: 2,
    date: "2026-09",
  },
} as const satisfies Record<string, Rule | NoRule>;
