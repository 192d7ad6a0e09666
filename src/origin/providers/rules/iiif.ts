/** Every server of the IIIF Image API: {base}/{region}/{size}/{rotation}/{quality}.{format} (iiif.io, Image API 2.1 and 3.0). */
import type { Size } from "../../../image/picture.ts";
import type { IiifInfo } from "../iiifInfo.ts";
import { ANY_SIZES, type Bound, type Found, type Known, type Measure, type Rendition, type Rule } from "../rule.ts";

type Parts = {
  readonly base: string;
  readonly region: string;
  readonly size: string;
  readonly rotation: string;
  readonly quality: string;
  readonly format: string;
};

const REGION = /^(?:full|square|\d{1,7},\d{1,7},\d{1,7},\d{1,7}|pct:\d[\d.,]{0,60})$/;
const SIZE = /^\^?(?:full|max|!?\d{1,7},\d{0,7}|,\d{1,7}|pct:\d{1,4}(?:\.\d{1,8})?)$/;
const ROTATION = /^!?(?:0|90|180|270)$/;
const NAME = /^(default|color|gray|bitonal|native)\.(jpg|jpeg|png|tif|gif|jp2|webp)$/;
/** Formats that can be transparent stay. The others become JPEG, which every server has. */
const KEPT: readonly string[] = ["png", "gif", "webp"];

/** The address of the picture's info.json; null = the address has not the form of the Image API. */
export function infoUrl(source: URL): string | null {
  const parts = partsOf(source);
  return parts === null ? null : `${parts.base}/info.json`;
}

function partsOf(source: URL): Parts | null {
  const segments = source.pathname.split("/");
  if (segments.length < 6 || source.search !== "") return null;
  const [region = "", size = "", rotation = "", name = ""] = segments.slice(-4);
  const [, quality = "", format = ""] = NAME.exec(name) ?? [];
  const wellFormed = REGION.test(region) && SIZE.test(size) && ROTATION.test(rotation) && quality !== "";
  if (!wellFormed) return null;
  return { base: source.origin + segments.slice(0, -4).join("/"), region, size, rotation, quality, format };
}

function find(source: URL, { iiif }: Known): Found | null {
  const parts = partsOf(source);
  if (parts === null || iiif === "absent") return null;
  const turned = /^!?(?:90|270)$/.test(parts.rotation);
  const kept = KEPT.includes(parts.format);
  const whole = iiif === null ? null : regionSize(parts.region, iiif);
  if (iiif !== null && whole === null) return null;
  const size = iiif === null || whole === null ? null : ownSize(parts.size, whole, iiif);
  const renditions = iiif === null ? guessed(parts) : described(parts, iiif, whole ?? iiif, turned);
  return {
    renditions,
    own: size === null ? ownBound(parts.size) : null,
    size: size !== null && turned ? { width: size.height, height: size.width } : size,
    ...{ original: source.href, ownCrops: false, vector: false, decodable: true, refused: false },
    format: parts.format === "png" ? "png" : kept ? null : "jpeg",
  };
}

function address(parts: Parts, size: string): string {
  const format = KEPT.includes(parts.format) ? parts.format : "jpg";
  return `${parts.base}/${parts.region}/${size}/${parts.rotation}/${parts.quality}.${format}`;
}

/** Before info.json was asked: `!w,h` is the form that servers of level 2 have, and most servers are of level 2. */
function guessed(parts: Parts): readonly Rendition[] {
  return ANY_SIZES.map((pixels) => rendition(address(parts, `!${pixels},${pixels}`), `box${pixels}`, "longer", pixels));
}

/** What info.json promises: the sizes that are ready, and any width from level 1 on. */
function described(parts: Parts, info: IiifInfo, whole: Size, turned: boolean): readonly Rendition[] {
  const measure = turned ? "height" : "width";
  const sizes = parts.region === "full" ? info.sizes : [];
  const ready = sizes.map(({ width, height }) => ({ width, url: address(parts, `${width},${height}`) }));
  // A ready size costs the server least, so it replaces widths that are a little smaller.
  const isNear = (width: number) => sizes.some((size) => width <= size.width && size.width <= (width * 4) / 3);
  const widths = info.level === 0 ? [] : ANY_SIZES.filter((width) => isWithin(width, whole, info) && !isNear(width));
  const computed = widths.map((width) => ({ width, url: address(parts, `${width},`) }));
  return [...ready, ...computed]
    .sort((a, b) => a.width - b.width)
    .map(({ width, url }) => rendition(url, String(width), measure, width));
}

function rendition(url: string, name: string, measure: Measure, pixels: number): Rendition {
  const missing = name.startsWith("box") ? "larger" : "never";
  return { name, urls: [url], bound: { measure, pixels, exact: true }, missing, crops: false };
}

function isWithin(width: number, whole: Size, { maxWidth, maxHeight, maxArea }: IiifInfo): boolean {
  const height = (width * whole.height) / whole.width;
  const isOver = (value: number, limit: number | null) => limit !== null && value > limit;
  return !isOver(width, maxWidth) && !isOver(height, maxHeight) && !isOver(width * height, maxArea);
}

/** Size of the region, in pixels of the full picture; null = it is empty. */
function regionSize(region: string, { width, height }: IiifInfo): Size | null {
  if (region === "full") return { width, height };
  const shorter = Math.min(width, height);
  if (region === "square") return { width: shorter, height: shorter };
  const isShare = region.startsWith("pct:");
  const [x = 0, y = 0, w = 0, h = 0] = region.replace("pct:", "").split(",").map(Number);
  const across = isShare ? Math.round((w * width) / 100) : w;
  const down = isShare ? Math.round((h * height) / 100) : h;
  const left = isShare ? Math.round((x * width) / 100) : x;
  const top = isShare ? Math.round((y * height) / 100) : y;
  const size = { width: Math.min(across, width - left), height: Math.min(down, height - top) };
  return size.width >= 1 && size.height >= 1 ? size : null;
}

/** What the size in the source's own address comes to. */
function ownSize(text: string, whole: Size, info: IiifInfo): Size {
  const size = text.replace("^", "");
  const scaled = (scale: number): Size => ({
    width: Math.max(1, Math.round(whole.width * scale)),
    height: Math.max(1, Math.round(whole.height * scale)),
  });
  if (size === "full" || size === "max") return scaled(Math.min(1, limitScale(whole, info)));
  if (size.startsWith("pct:")) return scaled(Number(size.slice(4)) / 100);
  const [w = 0, h = 0] = size.replace("!", "").split(",").map(Number);
  if (h === 0) return scaled(w / whole.width);
  if (w === 0) return scaled(h / whole.height);
  return size.startsWith("!") ? scaled(Math.min(w / whole.width, h / whole.height)) : { width: w, height: h };
}

function limitScale(whole: Size, { maxWidth, maxHeight, maxArea }: IiifInfo): number {
  const area = maxArea === null ? Number.POSITIVE_INFINITY : Math.sqrt(maxArea / (whole.width * whole.height));
  return Math.min(
    (maxWidth ?? Number.POSITIVE_INFINITY) / whole.width,
    (maxHeight ?? Number.POSITIVE_INFINITY) / whole.height,
    area,
  );
}

/** The same without info.json; null = as large as the picture is. */
function ownBound(text: string): Bound | null {
  const [w = 0, h = 0] = text
    .replace(/^\^?!?/, "")
    .split(",")
    .map(Number);
  if (text.includes(":") || !text.includes(",")) return null;
  if (w > 0 && h > 0) return { measure: "longer", pixels: Math.max(w, h), exact: true };
  return w > 0 ? { measure: "width", pixels: w, exact: true } : { measure: "height", pixels: h, exact: true };
}

export const IIIF = {
  iiif: {
    ...{ provider: "iiif", hosts: "any", answers: "same", find, factor: 1, sure: 3 },
    source: "iiif.io Image API 2.1 and 3.0",
    date: "2026-09",
  },
} as const satisfies Record<string, Rule>;
