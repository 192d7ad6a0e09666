/** One form for all transforms that make the same picture. The key and the geometry both use it. */
import { quantise } from "./options/quantum.ts";
import { CENTRE, hasCanvas, hasLeast, qualityOf, type ResizeType, type Transform } from "./transform.ts";

/** Types that cut nothing. Gravity has no effect on them. */
const CUTS_NOTHING: readonly ResizeType[] = ["fit", "force", "outside", "fit-down"];

/**
 * The same picture said in one way. A crop without gravity takes the picture's. Types that cut nothing ignore gravity. With
 * `fit`, `outside`, `fit-down` and a `force` with both sides dpr is only a factor of the sides. The other types keep dpr,
 * because it multiplies gravity offsets and the sides that are not given. So do a least size, whose box may cut,
 * everything around the picture, whose sides and offsets dpr multiplies, and a watermark, whose offsets it multiplies.
 */
export function folded(transform: Transform): Transform {
  const t = foldedQuality(foldedCanvas(foldedCrop(transform)));
  if (!CUTS_NOTHING.includes(t.resize) || hasLeast(t)) return t;
  const sides = [t.width, t.height].filter((side) => side > 0).length;
  const keepsDpr = sides === 0 || (sides === 1 && t.resize === "force") || hasCanvas(t) || t.watermark !== null;
  if (keepsDpr) return { ...t, gravity: CENTRE };
  return { ...t, gravity: CENTRE, width: quantise(t.width * t.dpr), height: quantise(t.height * t.dpr), dpr: 1 };
}

function foldedCrop(t: Transform): Transform {
  return t.crop === null ? t : { ...t, crop: { ...t.crop, gravity: t.crop.gravity ?? t.gravity } };
}

/** Without a box there is nothing to extend to. The background is the colour when none is given. */
function foldedCanvas(t: Transform): Transform {
  if (!hasCanvas(t) && t.extendColour === null) return t;
  const extend = t.width === 0 && t.height === 0 ? null : t.extend;
  const extendRatio = t.width === 0 || t.height === 0 ? null : t.extendRatio;
  const isSame = t.extendColour?.join() === t.background?.join();
  const isUnused = !hasCanvas({ extend, extendRatio, padding: t.padding });
  return { ...t, extend, extendRatio, extendColour: isSame || isUnused ? null : t.extendColour };
}

/** A quality for all formats leaves no other. With a format in the address only that format's counts. */
function foldedQuality(t: Transform): Transform {
  if (Object.keys(t.formatQuality).length === 0) return t;
  const quality = t.format === "auto" ? t.quality : qualityOf(t, t.format);
  return { ...t, quality, formatQuality: quality === null && t.format === "auto" ? t.formatQuality : {} };
}
