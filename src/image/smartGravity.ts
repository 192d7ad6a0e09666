/** Puts the point of attention in the place of the gravity `sm`: a small decode of its own, before the plan of the result. */
import { Failure } from "../errors.ts";
import { type Gravity, NOTHING_MORE, type Transform } from "../request/transform.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import { decode } from "./decode.ts";
import { formatOf, isHeavy } from "./formats/registry.ts";
import { computeGeometry } from "./geometry.ts";
import type { Source } from "./header.ts";
import type { Rect, Size } from "./picture.ts";
import { planRender } from "./plan.ts";
import type { RenderOrder, Stopwatch } from "./rendition.ts";
import { resizeWhole } from "./resize/whole.ts";
import { ATTENTION_SIDE, attentionOf } from "./steps/attention.ts";
import { storedRect, turned, upright, uprightRect, uprightSize } from "./steps/orient.ts";

type Order = Pick<RenderOrder, "transform" | "limits">;

/**
 * The transform with points in place of `sm`. A crop looks at the whole picture, the cut after it at the crop. `area`: what
 * trimming has left of the stored picture. Throws Failure `option_invalid` for a source that the second Worker decodes.
 */
export async function withAttention(
  bytes: Uint8Array,
  source: Source,
  order: Order,
  area: Rect | null,
  clock: Stopwatch,
): Promise<Transform> {
  let { transform } = order;
  const orientation = turned(transform.autoRotate ? source.orientation : 1, transform.rotate);
  const size = uprightSize(source, orientation);
  const part = area === null ? { left: 0, top: 0, ...size } : uprightRect(area, source, orientation);
  const look = async (within: Rect, cut: Size): Promise<Gravity> => {
    const stored = storedRect(within, size.width, size.height, orientation);
    const share = { width: cut.width / within.width, height: cut.height / within.height };
    // Nothing is cut, so the point makes no difference.
    if (share.width >= 1 && share.height >= 1) return { kind: "focus", x: 0.5, y: 0.5 };
    return { kind: "focus", ...(await attention(bytes, source, { ...order, transform }, stored, share, clock)) };
  };
  const { crop } = transform;
  if (crop !== null && (crop.gravity ?? transform.gravity).kind === "smart") {
    const { bounds } = computeGeometry(size, transform, part);
    transform = { ...transform, crop: { ...crop, gravity: await look(part, bounds) } };
  }
  if (transform.gravity.kind === "smart") {
    const { bounds, window } = computeGeometry(size, transform, part);
    transform = { ...transform, gravity: await look(bounds, window) };
  }
  return transform;
}

async function attention(
  bytes: Uint8Array,
  source: Source,
  { transform, limits }: Order,
  area: Rect,
  share: Size,
  clock: Stopwatch,
): Promise<{ readonly x: number; readonly y: number }> {
  if (isHeavy(source.format)) {
    const value = `sm on ${formatOf(source.format).label}`;
    throw new Failure("option_invalid", { option: "gravity", value, limit: "it is not decoded here" });
  }
  const small = { ...transform, ...SMALL };
  const plan = planRender(source, { transform: small, format: "png", limits, fileBytes: bytes.length, area });
  const given = await decode(plan.decoders, bytes, source, plan, clock);
  const { pixels: decoded } = given.picture.frames[0];
  const convert = given.convert === undefined ? await embeddedConversion(source) : given.convert;
  convert?.(decoded.data);
  const { width, height } = decoded;
  const whole = { left: 0, top: 0, width, height };
  const view = { window: whole, bounds: whole, width: ATTENTION_SIDE, height: ATTENTION_SIDE };
  const square = plan.shrink === 1 ? decoded : await resizeWhole(decoded, decoded, view);
  const point = attentionOf(upright(square, plan.orientation), share);
  clock.lap("resize");
  return point;
}

const SMALL = {
  ...NOTHING_MORE,
  resize: "force",
  width: ATTENTION_SIDE,
  height: ATTENTION_SIDE,
  dpr: 1,
  enlarge: true,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  extend: null,
  maxFrames: 1,
} as const satisfies Partial<Transform>;
