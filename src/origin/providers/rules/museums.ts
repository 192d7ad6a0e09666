/** Museums, archives and libraries with addresses of their own for their sizes. */
import type { Rule } from "../rule.ts";
import { fromTemplate } from "../template.ts";

const SMK = /^iip(?:-thumb)?\.smk\.dk$/;
const SMITHSONIAN = /^ids\.si\.edu$/;
const MET = /^images\.metmuseum\.org$/;
const NASA = /^images-assets\.nasa\.gov$/;
const NYPL = /^images\.nypl\.org$/;
const VICTORIA = /^collections\.museumsvictoria\.com\.au$/;
const SCIENCE = /^coimages\.sciencemuseumgroup\.org\.uk$/;
const CLEVELAND = /^openaccess-cdn\.clevelandart\.org$/;
const BROOKLYN = /^(?:d1lfxha3ugu3d4\.cloudfront\.net|cdn2\.brooklynmuseum\.org)$/;
const FINNA = /^(?:api|www)\.finna\.fi$/;
const AUCKLAND = /^api\.aucklandmuseum\.com$/;
const DIMU = /^(?:dms\d\d|ems)\.dimu\.org$/;

const READ = { date: "2026-09", factor: 1 } as const;
const JPEG = { measure: "longer", format: "jpeg" } as const;
const ANY_SIZE = { ...JPEG, sizes: "any" } as const;

export const MUSEUMS = {
  smk: {
    ...{ ...READ, provider: "smk", hosts: SMK, answers: /^iip\.smk\.dk$/, sure: 3 },
    // `!2048,` is not valid IIIF, but it is what the catalogue stores and what the server takes.
    find: fromTemplate({
      path: /^\/iiif\/jp2\/(?<id>[^/?]+)\/full\/(?:!(?<s>\d{1,6}),\d{0,6}|full|max)\/0\/(?:default|native)\.jpg$/,
      address: "https://iip.smk.dk/iiif/jp2/{id}/full/!{s},/0/default.jpg",
      ...ANY_SIZE,
    }),
    source: "WordPress/openverse-api#895",
  },
  smithsonian_q: {
    ...{ ...READ, provider: "smithsonian", hosts: SMITHSONIAN, answers: SMITHSONIAN, sure: 3 },
    find: fromTemplate({
      path: /^\/ids\/(?:deliveryService|dynamic|download)\?(?:max(?:_[wh])?=(?<s>\d{1,6})&)?id=(?<id>[^&]+)(?:&max(?:_[wh])?=(?<t>\d{1,6}))?(?:&.*)?$/,
      address: "https://ids.si.edu/ids/deliveryService?id={id}&max={s}",
      ...ANY_SIZE,
    }),
    source: "Openverse's smithsonian resource; EDAN drupal module",
  },
  smithsonian_ark: {
    ...{ ...READ, provider: "smithsonian", hosts: SMITHSONIAN, answers: SMITHSONIAN, sure: 3 },
    find: fromTemplate({
      path: /^\/ids\/deliveryService\/id\/(?<ark>ark:\/65665\/[0-9a-z]+)(?:\/(?<s>\d{1,6}))?$/,
      address: "https://ids.si.edu/ids/deliveryService/id/{ark}/{s}",
      ...ANY_SIZE,
    }),
    source: "Openverse common/test_resources/image_table_sample.tsv",
  },
  met: {
    ...{ ...READ, provider: "met", hosts: MET, answers: MET, sure: 2 },
    find: fromTemplate({
      path: /^\/CRDImages\/(?<d>[a-z]+)\/(?<s>original|web-large|mobile-large|web-additional|web-thumb)\/(?<f>[^/?]+)\.(?:jpg|jpeg|png)$/,
      address: "https://images.metmuseum.org/CRDImages/{d}/{s}/{f}.jpg",
      sizes: [
        { token: "mobile-large", pixels: 480, about: true },
        { token: "web-large", pixels: 600, about: true },
      ],
      ...JPEG,
    }),
    source: "Met API primaryImage and primaryImageSmall; openverse#905. The pixels are not documented",
  },
  nasa: {
    ...{ ...READ, provider: "nasa", hosts: NASA, answers: NASA, sure: 2 },
    find: fromTemplate({
      path: /^\/image\/(?<i>[^/?]+)\/(?<f>[^/?~]+)~(?<s>orig|large|medium|small|thumb)\.(?:jpg|jpeg|png|tiff?)$/,
      address: "https://images-assets.nasa.gov/image/{i}/{f}~{s}.jpg",
      sizes: [
        { token: "small", pixels: 640, about: true },
        { token: "medium", pixels: 1280, about: true },
        { token: "large", pixels: 1920, about: true },
      ],
      ...JPEG,
      measure: "width",
    }),
    source: "images.nasa.gov API docs (/asset manifest)",
  },
  nypl: {
    ...{ ...READ, provider: "nypl", hosts: NYPL, answers: NYPL, sure: 2 },
    find: fromTemplate({
      path: /^\/index\.php\?id=(?<id>[^&]+)&t=(?<s>[a-z])(?:&.*)?$/,
      address: "https://images.nypl.org/index.php?id={id}&t={s}",
      sizes: [
        { token: "b", pixels: 100, missing: "never" },
        { token: "f", pixels: 140, missing: "never" },
        { token: "t", pixels: 150, missing: "never" },
        { token: "r", pixels: 300, missing: "never" },
        { token: "w", pixels: 760, missing: "never" },
        // Only where the item allows a high resolution.
        { token: "q", pixels: 1600 },
        { token: "v", pixels: 2560 },
      ],
      ...JPEG,
    }),
    source: "Openverse nypl.py; public code (sizes w, q, v)",
  },
  museumsvictoria: {
    ...{ ...READ, provider: "museumsvictoria", hosts: VICTORIA, answers: VICTORIA, sure: 3 },
    find: fromTemplate({
      path: /^\/content\/media\/(?<b>\d{1,4})\/(?<id>\d{1,12})-(?<s>large|medium|small|thumbnail)\.jpg$/,
      address: "https://collections.museumsvictoria.com.au/content/media/{b}/{id}-{s}.jpg",
      sizes: [
        { token: "thumbnail", pixels: 250, crops: true },
        { token: "small", pixels: 500, measure: "height" },
        { token: "medium", pixels: 1500, about: true },
        { token: "large", pixels: 3000, about: true },
      ],
      ...JPEG,
    }),
    source: "Openverse's museumvictoria resources",
  },
  sciencemuseum: {
    ...{ ...READ, provider: "sciencemuseum", hosts: SCIENCE, answers: SCIENCE, sure: 3 },
    find: fromTemplate({
      path: /^\/(?<i>(?:images\/)?)(?<a>\d{1,8})\/(?<b>\d{1,8})\/(?<s>large_thumbnail|medium_thumbnail|small_thumbnail|large|medium|zoom)_(?<f>[^/?]+)$/,
      address: "https://coimages.sciencemuseumgroup.org.uk/{i}{a}/{b}/{s}_{f}",
      // Boxes of 4:3. The shorter side of the box is what every shape has on its longer side.
      sizes: [
        { token: "small_thumbnail", pixels: 48, about: true },
        { token: "medium_thumbnail", pixels: 144, about: true },
        { token: "large_thumbnail", pixels: 240, about: true },
        { token: "medium", pixels: 576, about: true },
        { token: "large", pixels: 1150, about: true },
      ],
      ...JPEG,
    }),
    source: "Openverse's sciencemuseum resources",
  },
  clevelandmuseum: {
    ...{ ...READ, provider: "clevelandmuseum", hosts: CLEVELAND, answers: CLEVELAND, sure: 3 },
    find: fromTemplate({
      path: /^\/(?<a>[^/?]+)\/(?<n>[^/?]+)_(?<s>full\.tif|print\.jpg|web\.jpg)$/,
      address: "https://openaccess-cdn.clevelandart.org/{a}/{n}_{s}",
      // Web pictures of 893 to 1263 pixels were seen.
      sizes: [
        { token: "web.jpg", pixels: 893, about: true, missing: "never" },
        { token: "print.jpg", pixels: 3400, about: true },
      ],
      ...JPEG,
    }),
    source: "Openverse's clevelandmuseum resources",
  },
  brooklynmuseum: {
    ...{ ...READ, provider: "brooklynmuseum", hosts: BROOKLYN, answers: BROOKLYN, sure: 2 },
    find: fromTemplate({
      path: /^\/images\/opencollection\/objects\/size(?<s>[0-4])\/(?<f>[^/?]+)$/,
      address: "https://{host}/images/opencollection/objects/size{s}/{f}",
      sizes: [96, 192, 384, 768, 1536].map((pixels, at) => ({ token: String(at), pixels })),
      ...JPEG,
    }),
    source: "opencollection API docs; Openverse's brooklyn image_details.json. The museum has a new site since",
  },
  finna: {
    ...{ ...READ, provider: "finna", hosts: FINNA, answers: FINNA, sure: 2 },
    find: fromTemplate({
      path: /^\/Cover\/Show\?(?<a>(?:[^&]*&)*?)size=(?<s>small|medium|large|master)(?<b>(?:&.*)?)$/,
      address: "https://{host}/Cover/Show?{a}size={s}{b}",
      // The pixels are not documented: these are guesses, and what arrives is measured.
      sizes: [
        { token: "small", pixels: 200, about: true },
        { token: "medium", pixels: 400, about: true },
        { token: "large", pixels: 800, about: true },
      ],
      ...JPEG,
    }),
    source: "Openverse's finnish tests; public code",
  },
  aucklandmuseum: {
    ...{ ...READ, provider: "aucklandmuseum", hosts: AUCKLAND, answers: AUCKLAND, factor: 1.9, sure: 1 },
    find: fromTemplate({
      path: /^\/id\/media\/(?<p>[^?]+)(?:\?.*)?$/,
      address: "https://api.aucklandmuseum.com/id/media/{p}?rendering={s}.jpg",
      sizes: [
        { token: "thumbnail", pixels: 150, about: true },
        { token: "standard", pixels: 600, about: true },
      ],
      ...JPEG,
    }),
    source: "Openverse auckland_museum.py; rendering= from memory. /id/media allows 10 requests/s and 1000 a day",
  },
  digitaltmuseum: {
    ...{ ...READ, provider: "digitaltmuseum", hosts: DIMU, answers: DIMU, factor: 1.9, sure: 1 },
    find: fromTemplate({
      path: /^\/image\/(?<id>\w+)(?:\?dimension=(?<s>\d{1,6})x\d{1,6})?(?:[?&].*)?$/,
      address: "https://{host}/image/{id}?dimension={s}x{s}",
      ...ANY_SIZE,
    }),
    source: "KulturNav and DiMu docs (from memory)",
  },
} as const satisfies Record<string, Rule>;
