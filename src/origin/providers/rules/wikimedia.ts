/**
 * Wikimedia: one of eleven widths of a file, or nothing. https://www.mediawiki.org/wiki/Common_thumbnail_sizes, T402792,
 * T414805. Another width is refused (429 "Use thumbnail steps", later 400, 403 or 404). A thumbnail is never larger than
 * its file.
 */
import type { FormatName } from "../../../image/formats/registry.ts";
import type { Found, Rendition, Rule } from "../rule.ts";

export const WIKIMEDIA_STEPS = [20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840] as const;

const HOSTS = /^(?:upload|thumb)\.wikimedia\.org$/;
/** `thumb.` is what MediaWiki writes since 2026-08 (T427465). Some thumbnails on `upload.` gave 404 after the move. */
const THUMB_HOSTS = ["thumb.wikimedia.org", "upload.wikimedia.org"] as const;
/** MediaWiki's FileRepo::abbrvThreshold: a longer name is "thumbnail" in the name of the thumbnail. Bytes of the decoded name. */
const LONG_NAME_BYTES = 160;

/** A kind of file: how the name of its thumbnail begins and ends, and what the thumbnail is. */
type Kind = {
  readonly extensions: RegExp;
  readonly before: string;
  /** Between `px-` and the name. */
  readonly joint: string;
  readonly after: string;
  readonly format: FormatName | null;
  readonly vector: boolean;
  readonly decodable: boolean;
};

const PLAIN = { before: "", joint: "", after: "", format: null, vector: false, decodable: true } as const;

const KINDS = {
  wikimedia_raster: { ...PLAIN, extensions: /^(?:jpe?g|png|gif)$/i },
  wikimedia_svg: { ...PLAIN, extensions: /^svg$/i, after: ".png", format: "png", vector: true },
  wikimedia_tiff: { ...PLAIN, extensions: /^tiff?$/i, before: "lossy-page1-", after: ".jpg", format: "jpeg" },
  wikimedia_webp: { ...PLAIN, extensions: /^webp$/i, after: ".png", format: "png" },
  wikimedia_pdf_djvu: {
    ...PLAIN,
    ...{ extensions: /^(?:pdf|djvu)$/i, before: "page1-", after: ".jpg", format: "jpeg", decodable: false },
  },
  wikimedia_video: {
    ...PLAIN,
    ...{ extensions: /^(?:webm|ogv|ogg|mpe?g)$/i, joint: "-", after: ".jpg", format: "jpeg", decodable: false },
  },
} as const satisfies Record<string, Kind>;

/** GIMP's files have a rule of the SVG, but pixels of their own, and we do not decode them. */
const XCF: Kind = { ...KINDS.wikimedia_svg, extensions: /^xcf$/i, vector: false, decodable: false };

type File = { readonly folder: string; readonly hash: string; readonly name: string; readonly rest: string | null };

/** More segments than any address has, so that a hostile one is not taken apart. */
const MOST_SEGMENTS = 10;

/** `/wikipedia/{wiki}/[thumb/]{h}/{hh}/{name}[/{thumbnail}]`, as MediaWiki's hashed upload folders have it. */
function fileOf({ pathname }: URL): File | null {
  const [, project, wiki = "", ...rest] = pathname.split("/", MOST_SEGMENTS);
  const isThumb = rest[0] === "thumb";
  const [h = "", hh = "", name = "", thumbnail, ...more] = isThumb ? rest.slice(1) : rest;
  const wellFormed =
    project === "wikipedia" && /^[a-z_-]{1,64}$/.test(wiki) && /^[0-9a-f] [0-9a-f]{2}$/.test(`${h} ${hh}`);
  if (!wellFormed || more.length > 0 || isThumb !== (thumbnail !== undefined) || !name.includes(".")) return null;
  return { folder: `/wikipedia/${wiki}/thumb/${h}/${hh}`, hash: `${h}/${hh}`, name, rest: thumbnail ?? null };
}

/** A file's own address -> its thumbnails. */
function fromFile(kind: Kind, source: URL): Found | null {
  const file = fileOf(source);
  if (file === null || file.rest !== null || source.hostname !== "upload.wikimedia.org") return null;
  const extension = extensionOf(file.name);
  const length = byteLength(file.name);
  if (!kind.extensions.test(extension) || length === null) return null;
  const name = length > LONG_NAME_BYTES ? `thumbnail.${extension}` : file.name;
  const thumbnail = (width: number) => `${kind.before}${width}px-${kind.joint}${name}${kind.after}`;
  const { format, vector, decodable } = kind;
  return {
    ...{ renditions: ladder(file, thumbnail, vector), own: null, ownCrops: false },
    ...{ size: null, original: original(source), format, vector, decodable, refused: false },
  };
}

/** The address of a thumbnail -> the steps up to its own width, or the next one where its width is no step any more. */
function fromThumbnail(source: URL): Found | null {
  const file = fileOf(source);
  if (file === null || file.rest === null) return null;
  const parts = /^(?<before>(?:[a-z0-9-]{1,64}?-)??)(?<width>\d{1,5})px-(?<after>.+)$/.exec(file.rest)?.groups;
  if (parts === undefined) return null;
  const { before = "", width, after = "" } = parts;
  const pixels = Number(width);
  return {
    renditions: ladder(file, (step) => `${before}${step}px-${after}`, false),
    own: { measure: "width", pixels, exact: true },
    ...{ ownCrops: false, size: null, original: original(source), format: null, vector: false, decodable: true },
    refused: !(WIKIMEDIA_STEPS as readonly number[]).includes(pixels),
  };
}

function ladder(file: File, thumbnail: (width: number) => string, vector: boolean): readonly Rendition[] {
  return WIKIMEDIA_STEPS.map((width) => ({
    name: String(width),
    urls: THUMB_HOSTS.map((host) => `https://${host}${file.folder}/${file.name}/${thumbnail(width)}`),
    bound: { measure: "width", pixels: width, exact: true },
    missing: vector ? "never" : "larger",
    crops: false,
  }));
}

/** Without the `utm_` parameters that the API adds to addresses since 2026. Everything else stays. */
function original(source: URL): string {
  if (!/utm_/i.test(source.search)) return source.href;
  const kept = source.search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "" && !/^utm_/i.test(pair));
  const url = new URL(source);
  url.search = kept.join("&");
  return url.href;
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Bytes of the decoded name; null = its percent-encoding is broken. */
function byteLength(name: string): number | null {
  try {
    return new TextEncoder().encode(decodeURIComponent(name)).length;
  } catch {
    return null;
  }
}

const COLUMNS = {
  provider: "wikimedia",
  hosts: HOSTS,
  answers: HOSTS,
  factor: 1,
  sure: 3,
  source: "mediawiki.org/wiki/Common_thumbnail_sizes; T414805; wikimedia-commons-thumbnails SKILL.md",
  date: "2026-09",
} as const;

export const WIKIMEDIA = {
  wikimedia_raster: { ...COLUMNS, find: (source) => fromFile(KINDS.wikimedia_raster, source) },
  wikimedia_svg: {
    ...COLUMNS,
    find: (source) => fromFile(KINDS.wikimedia_svg, source) ?? fromFile(XCF, source),
  },
  wikimedia_tiff: {
    ...COLUMNS,
    find: (source) => fromFile(KINDS.wikimedia_tiff, source),
    sure: 2,
    source: "MediaWiki PagedTiffHandler (from memory); openverse PR 4736 used lossy-600px-*.png",
  },
  wikimedia_webp: {
    ...COLUMNS,
    find: (source) => fromFile(KINDS.wikimedia_webp, source),
    sure: 1,
    source: "MediaWiki WebPHandler (from memory); the skill's matrix says that webp stays webp",
  },
  wikimedia_pdf_djvu: { ...COLUMNS, find: (source) => fromFile(KINDS.wikimedia_pdf_djvu, source) },
  wikimedia_video: { ...COLUMNS, find: (source) => fromFile(KINDS.wikimedia_video, source) },
  wikimedia_thumb: { ...COLUMNS, find: fromThumbnail, source: "MediaWiki mw.util.parseImageUrl tests" },
} as const satisfies Record<string, Rule>;
