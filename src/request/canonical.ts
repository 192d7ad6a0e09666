/**
 * The canonical options string: one text per picture, whichever door it was asked at.
 * It is hashed into the store key, so it holds everything that changes the bytes and nothing else
 * (not the signature, expiry, file name or attachment).
 */
import type { AcceptClass, Gravity, ImageRequest, Transform } from "./imageRequest.ts";
import { folded, quantise } from "./options/quantum.ts";

/**
 * The Accept class a picture is stored under. AVIF is not made in the first answer, so a browser that takes AVIF
 * shares the WebP bytes: what the warmer made for `webp` is a hit for it too.
 */
const STORED_CLASS = { avif: "webp", webp: "webp", base: "base" } as const satisfies Record<AcceptClass, AcceptClass>;

/** The parts of a request that decide the bytes. */
export type Variant = Pick<ImageRequest, "transform" | "accept" | "cachebuster">;

/**
 * Every option as `name:value`, defaults filled in, sorted by name, joined with `/`; then the cachebuster if any.
 * A format left open stands as its Accept class (`webp`, `base`), which an explicit `format:webp` shares.
 */
export function canonicalOptions({ transform, accept, cachebuster }: Variant): string {
  const t = folded(transform);
  const format = t.format !== "auto" ? t.format : STORED_CLASS[accept];
  const options = {
    autoRotate: t.autoRotate ? "1" : "0",
    background: t.background === null ? "none" : t.background.join("-"),
    crop:
      t.crop === null
        ? "none"
        : `${num(t.crop.width)}-${num(t.crop.height)}-${gravityText(t.crop.gravity ?? t.gravity)}`,
    dpr: num(t.dpr),
    enlarge: t.enlarge ? "1" : "0",
    format,
    gravity: gravityText(t.gravity),
    height: num(t.height),
    quality: t.quality === null ? "default" : num(t.quality),
    resize: t.resize,
    rotate: num(t.rotate),
    width: num(t.width),
  } satisfies Record<keyof Transform, string>;
  const text = Object.entries(options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`)
    .join("/");
  return cachebuster === "" ? text : `${text}/cb:${encodeURIComponent(cachebuster)}`;
}

function gravityText(gravity: Gravity): string {
  const at = gravity.kind === "compass" ? gravity.at : "fp";
  return `${at}_${num(gravity.x)}_${num(gravity.y)}`;
}

/** Six decimals at most, no trailing zeros. The readers of options quantise in the same way (quantum.ts). */
function num(value: number): string {
  return String(quantise(value));
}
