/**
 * Behaves like Wikimedia's two hosts of media since 2026: only originals and eleven widths, nothing enlarged, names over 160
 * bytes abbreviated, a User-Agent with contact, and 429 with Retry-After for whoever asks too much.
 */
import { createHash } from "node:crypto";
import { type Answer, type Draw, type LookAlike, NOT_FOUND, pictureOf } from "./lookAlike.ts";

const STEPS = [20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840];

export type WikimediaFile = {
  /** Decoded, with its ending. */
  readonly name: string;
  /** Size of the picture, of the first page, or of the film. */
  readonly width: number;
  readonly height: number;
};

export type WikimediaOptions = {
  readonly files: readonly WikimediaFile[];
  /** How a width that is no step is refused: 429 since 12/2025, 400 or 404 later. */
  readonly refusal?: 429 | 400 | 403 | 404;
  /** Hosts that give thumbnails. */
  readonly thumbnailHosts?: readonly string[];
  /** How many requests are answered before the limit is reached. */
  readonly limit?: number;
  readonly draw?: Draw;
};

/** Path of a file's folder by the MD5 of its name, as MediaWiki has it. */
export function wikimediaPath(name: string): string {
  const hash = createHash("md5").update(name).digest("hex");
  return `${hash.slice(0, 1)}/${hash.slice(0, 2)}/${encodeURIComponent(name)}`;
}

export function wikimedia(options: WikimediaOptions): LookAlike {
  const { files, refusal = 429, thumbnailHosts = ["thumb.wikimedia.org", "upload.wikimedia.org"] } = options;
  const { draw = pictureOf } = options;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const byPath = new Map(files.map((file) => [wikimediaPath(file.name), file]));
  return {
    hosts: /^(?:thumb|upload)\.wikimedia\.org$/,
    answer({ hostname, pathname }, headers) {
      if (!/\(.*https?:.*\)/.test(headers["user-agent"] ?? ""))
        return { status: 403, body: "User-Agent without contact" };
      if (left-- <= 0) return { status: 429, headers: { "retry-after": "120" }, body: "Too many requests" };
      const [, thumb, folder = "", thumbnail] =
        /^\/wikipedia\/commons\/(thumb\/)?(.\/..\/[^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
      const file = byPath.get(folder);
      if (file === undefined) return NOT_FOUND;
      if (thumb === undefined) return hostname === "upload.wikimedia.org" ? original(file, draw) : NOT_FOUND;
      if (!thumbnailHosts.includes(hostname) || thumbnail === undefined) return NOT_FOUND;
      return thumbnailOf(file, thumbnail, refusal, draw);
    },
  };
}

function original({ name, width, height }: WikimediaFile, draw: Draw): Answer | Promise<Answer> {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (/^jpe?g$/.test(ending)) return draw(width, height);
  if (ending === "png") return draw(width, height, "png");
  if (/^tiff?$/.test(ending)) return draw(width, height, "tiff");
  if (ending === "svg") {
    const body = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="M0 0h9v9z"/></svg>`;
    return { status: 200, headers: { "content-type": "image/svg+xml" }, body };
  }
  return { status: 200, headers: { "content-type": "application/pdf" }, body: "%PDF-1.4 a document" };
}

/** How the names of a kind's thumbnails go: before the width, between width and name, after the name. */
const KINDS = [
  { ending: /\.(?:jpe?g|png|gif)$/i, before: "", joint: "-", after: "" },
  { ending: /\.(?:svg|xcf|webp)$/i, before: "", joint: "-", after: ".png" },
  { ending: /\.tiff?$/i, before: "lossy-page1-", joint: "-", after: ".jpg" },
  { ending: /\.(?:pdf|djvu)$/i, before: "page1-", joint: "-", after: ".jpg" },
  { ending: /\.(?:webm|ogv|ogg|mpe?g)$/i, before: "", joint: "--", after: ".jpg" },
];

function thumbnailOf(file: WikimediaFile, thumbnail: string, refusal: number, draw: Draw): Answer | Promise<Answer> {
  const kind = KINDS.find(({ ending }) => ending.test(file.name));
  const width = Number(/(\d+)px-/.exec(thumbnail)?.[1]);
  if (kind === undefined || !(width > 0)) return NOT_FOUND;
  const isLong = Buffer.byteLength(file.name) > 160;
  const name = isLong ? `thumbnail${file.name.slice(file.name.lastIndexOf("."))}` : encodeURIComponent(file.name);
  if (thumbnail !== `${kind.before}${width}px${kind.joint}${name}${kind.after}`) return NOT_FOUND;
  if (!STEPS.includes(width)) {
    const headers = refusal === 429 ? { "retry-after": "10" } : {};
    return { status: refusal, headers, body: "Use thumbnail steps listed on https://w.wiki/GHai" };
  }
  if (width >= file.width && !/\.svg$/i.test(file.name)) return { status: 400, body: "wider than the file" };
  return draw(width, Math.round((width * file.height) / file.width), kind.after === ".png" ? "png" : "jpeg");
}
