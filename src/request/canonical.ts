/**
 * The canonical options string: one text per picture, whichever door it was asked at.
 * It is hashed into the store key, so it holds everything that changes the bytes and nothing else
 * (not the signature, expiry, file name or attachment).
 */
import { storedClass } from "../image/formats/registry.ts";
import type { Gravity, ImageRequest, Transform } from "./imageRequest.ts";

/** The parts of a request that decide the bytes. */
export type Variant = Pick<ImageRequest, "transform" | "accept" | "cachebuster">;

/**
 * Every option as `name:value`, defaults filled in, sorted by name, joined with `/`; then the cachebuster if any.
 * A format left open stands as its Accept class (`webp`, `base`), which an explicit `format:webp` shares.
 */
export function canonicalOptions({ transform, accept, cachebuster }: Variant): string {
  const t = folded(transform);
  const format = t.format !== "auto" ? t.format : storedClass(accept);
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

const CENTRE: Gravity = { kind: "compass", at: "ce", x: 0, y: 0 };

/**
 * The same picture in fewer ways of saying it: `fit` and `force` cut nothing, so gravity does not matter and dpr is
 * only a factor of the sides. Other types keep dpr, because gravity offsets are multiplied by it.
 */
function folded(t: Transform): Transform {
  if (t.crop !== null || (t.resize !== "fit" && t.resize !== "force")) return t;
  if (t.width === 0 && t.height === 0) return { ...t, gravity: CENTRE };
  return { ...t, gravity: CENTRE, width: t.width * t.dpr, height: t.height * t.dpr, dpr: 1 };
}

function gravityText(gravity: Gravity): string {
  const at = gravity.kind === "compass" ? gravity.at : "fp";
  return `${at}_${num(gravity.x)}_${num(gravity.y)}`;
}

/** Six decimals at most, no trailing zeros: 0.1 + 0.2 and 0.3 are one key. */
function num(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
