/** Photo communities, stock photos and silhouettes with addresses of their own for their sizes. */
import type { Found, Known, Rendition, Rule } from "../rule.ts";
import { fromTemplate } from "../template.ts";

const INATURALIST = /^(?:inaturalist-open-data\.s3\.amazonaws\.com|static\.inaturalist\.org)$/;
const GEOGRAPH = /^s\d\.geograph\.org\.uk$/;
const STOCKSNAP = /^cdn\.stocksnap\.io$/;
const RAWPIXEL = /^images\.rawpixel\.com$/;
const NAPPY = /^images\.nappy\.co$/;
const WORDPRESS = /^pd\.w\.org$/;
const PHYLOPIC = /^images\.phylopic\.org$/;
const GOOGLE = /^lh[3-6]\.(?:googleusercontent|ggpht)\.com$/;
const THINGIVERSE = /^(?:cdn\.thingiverse\.com|thingiverse-rerender-new\.s3\.amazonaws\.com)$/;
const BEHANCE = /^mir-s3-cdn-cf\.behance\.net$/;

const READ = { date: "2026-09", factor: 1 } as const;
const JPEG = { measure: "longer", format: "jpeg" } as const;
const PLAIN = { own: null, ownCrops: false, size: null, format: null, vector: false, decodable: true, refused: false };

/** WordPress names a size by its exact pixels, so the original's size must be known. A size exists only below the original. */
function findWordpress(source: URL, { original }: Known): Found | null {
  const parts = /^\/(?<path>\d{4}\/\d\d\/[0-9a-f.]{1,64}?)(?<size>-\d{1,5}x\d{1,5})?\.(?<e>jpe?g|png)$/.exec(
    source.pathname,
  )?.groups;
  if (parts === undefined || parts.size !== undefined || source.search !== "") return null;
  const renditions = (["300 box", "768 width", "1024 box", "1536 box", "2048 box"] as const).flatMap(
    (row): Rendition[] => {
      const [text = "", kind] = row.split(" ");
      const pixels = Number(text);
      if (original === null) return [];
      const scale = pixels / (kind === "box" ? Math.max(original.width, original.height) : original.width);
      if (scale >= 1) return [];
      const [width, height] = [Math.round(original.width * scale), Math.round(original.height * scale)];
      const url = `https://pd.w.org/${parts.path}-${width}x${height}.${parts.e}`;
      return [
        {
          name: text,
          urls: [url],
          bound: { measure: "width", pixels: width, exact: true },
          missing: "skipped",
          crops: false,
        },
      ];
    },
  );
  return { ...PLAIN, renditions, original: source.href };
}

/** PhyloPic's silhouettes: thumbnails in a square box, and rasters whose exact size the vector's shape decides. */
function findPhylopic(source: URL, { original }: Known): Found | null {
  const path =
    /^\/images\/(?<u>[0-9a-f-]{36})\/(?:(?:source|vector)\.(?<e>svg|png)|raster\/(?<w>\d{1,5})x(?<h>\d{1,5})\.png)$/;
  const parts = path.exec(source.pathname)?.groups;
  if (parts === undefined) return null;
  const { u, e, w = "", h = "" } = parts;
  const of = (pixels: number, file: string): Rendition => ({
    name: String(pixels),
    urls: [`https://images.phylopic.org/images/${u}/${file}.png`],
    bound: { measure: "longer", pixels, exact: true },
    missing: file.startsWith("raster") ? "skipped" : "never",
    crops: false,
  });
  const thumbnails = [64, 128, 192].map((side) => of(side, `thumbnail/${side}x${side}`));
  const rasters = [512, 1024, 1536].flatMap((pixels) => {
    if (original === null) return [];
    const scale = pixels / Math.max(original.width, original.height);
    return [of(pixels, `raster/${Math.round(original.width * scale)}x${Math.round(original.height * scale)}`)];
  });
  const own =
    e === undefined ? ({ measure: "longer", pixels: Math.max(Number(w), Number(h)), exact: true } as const) : null;
  return {
    ...PLAIN,
    renditions: [...thumbnails, ...rasters],
    own,
    original: source.href,
    format: "png",
    vector: e === "svg",
  };
}

export const PHOTOS = {
  inaturalist: {
    ...{ ...READ, provider: "inaturalist", hosts: INATURALIST, answers: INATURALIST, sure: 3 },
    find: fromTemplate({
      path: /^\/photos\/(?<id>\d{1,15})\/(?<s>original|large|medium|small|thumb|square)\.(?<e>[A-Za-z]{1,8})(?:\?.*)?$/,
      address: "https://{host}/photos/{id}/{s}.{e}",
      sizes: [
        { token: "square", pixels: 75, crops: true, missing: "never" },
        { token: "thumb", pixels: 100 },
        { token: "small", pixels: 240 },
        { token: "medium", pixels: 500 },
        { token: "large", pixels: 1024 },
        { token: "original", pixels: 2048 },
      ],
      measure: "longer",
      format: null,
    }),
    source: "inaturalist/inaturalist-open-data README",
  },
  geograph: {
    ...{ ...READ, provider: "geograph", hosts: GEOGRAPH, answers: GEOGRAPH, sure: 2 },
    find: fromTemplate({
      path: /^\/(?<p>geophotos\/\d\d\/\d\d\/\d\d|(?:geo)?photos\/\d\d\/\d\d)\/(?<id>\d{1,12})_(?<k>[0-9a-f]{8})(?<s>(?:_\w{1,12})?)\.jpg$/,
      address: "https://{host}/{p}/{id}_{k}{s}.jpg",
      // Thumbnails are made when somebody opens the page of the photo. Large sizes exist if the contributor gave them.
      sizes: [
        { token: "_120x120", pixels: 120, missing: "skipped" },
        { token: "_213x160", pixels: 160, missing: "skipped", about: true },
        { token: "", pixels: 640, missing: "never" },
        { token: "_800x800", pixels: 800 },
        { token: "_1024x1024", pixels: 1024 },
        { token: "_1600x1600", pixels: 1600 },
      ],
      ...JPEG,
      upward: true,
    }),
    source: "public code that uses both forms",
  },
  stocksnap: {
    ...{ ...READ, provider: "stocksnap", hosts: STOCKSNAP, answers: STOCKSNAP, sure: 3 },
    find: fromTemplate({
      path: /^\/img-thumbs\/(?<s>960w|280h)\/(?<id>\w{1,32})\.jpg$/,
      address: "https://cdn.stocksnap.io/img-thumbs/{s}/{id}.jpg",
      sizes: [
        { token: "280h", pixels: 280, measure: "height", missing: "never" },
        { token: "960w", pixels: 960, missing: "never" },
      ],
      measure: "width",
      format: "jpeg",
    }),
    source: "Openverse stocksnap.py; openverse-api PR 1056",
  },
  rawpixel: {
    ...{ ...READ, provider: "rawpixel", hosts: RAWPIXEL, answers: RAWPIXEL, sure: 2 },
    find: fromTemplate({
      path: /^\/(?<k>(?:dark_)?image(?:_png)?)_(?<s>\d{1,5})\/(?<t>[\w-]{1,512})\.(?<e>jpg|png)(?:\?.*)?$/,
      address: "https://images.rawpixel.com/{k}_{s}/{t}.{e}",
      // Presets from 1100 on have a watermark.
      sizes: [100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000].map((pixels) => ({
        token: String(pixels),
        pixels,
      })),
      measure: "width",
      format: null,
    }),
    source: "Openverse rawpixel.py docstring",
  },
  nappy: {
    ...{ ...READ, provider: "nappy", hosts: NAPPY, answers: NAPPY, sure: 3 },
    find: fromTemplate({
      path: /^\/(?<p>[^?]+?)(?:\?(?:[^&]*&)*?w=(?<s>\d{1,6})(?:&.*)?|\?.*)?$/,
      address: "https://images.nappy.co/{p}?auto=format&w={s}&q=75",
      sizes: "any",
      measure: "width",
      format: null,
    }),
    source: "Openverse nappy.py (imgix)",
  },
  wordpress: {
    ...{ ...READ, provider: "wordpress", hosts: WORDPRESS, answers: WORDPRESS, sure: 2, find: findWordpress },
    source: "Openverse wordpress full_item.json",
  },
  phylopic: {
    ...{ ...READ, provider: "phylopic", hosts: PHYLOPIC, answers: PHYLOPIC, sure: 3, find: findPhylopic },
    source: "Openverse phylopic sample_record.json",
  },
  google_lh3: {
    ...{ ...READ, provider: "google", hosts: GOOGLE, answers: GOOGLE, sure: 2 },
    find: fromTemplate({
      path: /^\/(?<t>[^=?]+)(?:=[\w-]{1,64})?(?:\?.*)?$/,
      address: "https://{host}/{t}=s{s}",
      sizes: "any",
      measure: "longer",
      format: null,
      upward: true,
    }),
    source: "common practice: =s0 and =w300 in public code",
  },
  thingiverse: {
    ...{ ...READ, provider: "thingiverse", hosts: THINGIVERSE, answers: THINGIVERSE, sure: 2 },
    find: fromTemplate({
      path: /^\/(?<p>renders\/.+)_display_(?<s>large)\.jpg$/,
      address: "https://{host}/{p}_display_{s}.jpg",
      // The pixels are not documented: a guess, and what arrives is measured.
      sizes: [{ token: "medium", pixels: 200, about: true }],
      ...JPEG,
    }),
    source: "Openverse thingiverse_1551879215.tsv",
  },
  behance: {
    ...{ ...READ, provider: "behance", hosts: BEHANCE, answers: BEHANCE, factor: 1.9, sure: 1 },
    find: fromTemplate({
      path: /^\/project_modules\/(?<s>max_1200|1400|fs|hd|source|disp)\/(?<f>[^/?]+)$/,
      address: "https://mir-s3-cdn-cf.behance.net/project_modules/{s}/{f}",
      sizes: [
        { token: "disp", pixels: 600, about: true },
        { token: "max_1200", pixels: 1200 },
        { token: "1400", pixels: 1400 },
        { token: "fs", pixels: 1920, about: true },
      ],
      measure: "width",
      format: null,
    }),
    source: "cccatalog-api mocked_images.csv",
  },
} as const satisfies Record<string, Rule>;
