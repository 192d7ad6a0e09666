/** Draws an SVG at the size asked for. Only the heavy Worker has this code. */
import { Failure } from "../../../errors.ts";
import type { Source } from "../../header.ts";
import { checkSize, type Decode, type Pixels, type Size, stillPicture, type View } from "../../picture.ts";
import { createResizer } from "../../resize/resizer.ts";
import { DEFAULT_FAMILY, FONTS } from "./fonts.ts";
import { LEAST_DRAWN_SIDE } from "./header.ts";
import { type Matrix, multiply, viewBoxOf } from "./lengths.ts";
import { resvgEngine } from "./resvg.ts";
import { checkLength, svgText } from "./text.ts";
import { readTree, type SvgTree, writeDocument } from "./tree.ts";
import { boxOnto } from "./work/context.ts";
import { timeAt, type Work } from "./work/costs.ts";
import { estimateWork } from "./work/estimate.ts";

/** The most work that one picture may take, in nanoseconds as estimated. */
export const MAX_NANOSECONDS = 400_000_000;
/** The most pixels that the canvas and its layers hold at once. Each takes 4 bytes. */
export const MAX_CANVAS_PIXELS = 10_000_000;

/** Text of an SVG -> the view's picture. Throws source_too_complex when even the smallest picture takes too much work. */
export const decodeSvg: Decode = async (bytes, source, { view, least = false }, clock) => {
  checkLength(bytes);
  const tree = readTree(svgText(bytes));
  checkWork(tree, source);
  const size = sizeToDraw(tree, source, least ? { ...view, ...leastSize(view) } : view);
  const resvg = await resvgEngine.use();
  const fonts = tree.hasText ? FONTS : [];
  const whole = { left: 0, top: 0, width: size.width, height: size.height };
  const resizer = await createResizer({ window: whole, bounds: whole, width: view.width, height: view.height }, true);
  resvg.draw(writeDocument(tree, source, view.window, size), fonts, DEFAULT_FAMILY, (drawn) => {
    clock.lap("decode");
    const frame = straight(drawn);
    checkSize(frame, size);
    resizer.push(frame.data, 4 * frame.width, frame.height);
  });
  const pixels = resizer.finish();
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated: tree.truncated };
};

/** Whether the whole picture can be drawn with its longer side at LEAST_DRAWN_SIDE. */
function checkWork(tree: SvgTree, source: Source): void {
  const size = leastSize(source);
  const work = estimate(tree, source, { left: 0, top: 0, ...sides(source) }, size);
  const milliseconds = Math.ceil(timeAt(work, 1) / 1e6);
  const most = MAX_NANOSECONDS / 1e6;
  if (milliseconds > most) {
    throw new Failure("source_too_complex", { why: `SVG of about ${milliseconds} ms of work, the limit is ${most}` });
  }
  const pixels = Math.ceil(work.layerPixels + size.width * size.height);
  if (pixels > MAX_CANVAS_PIXELS) {
    throw new Failure("source_too_complex", {
      why: `SVG with layers of ${pixels} pixels, the limit is ${MAX_CANVAS_PIXELS}`,
    });
  }
}

/** The view's own size, or a smaller one when that takes too much work or memory. */
function sizeToDraw(tree: SvgTree, source: Source, view: View): Size {
  const full = Math.max(view.width, view.height) < LEAST_DRAWN_SIDE ? leastSize(view) : sides(view);
  const work = estimate(tree, source, view.window, full);
  const canvas = full.width * full.height;
  const fits = (scale: number) =>
    timeAt(work, scale) <= MAX_NANOSECONDS && (work.layerPixels + canvas) * scale * scale <= MAX_CANVAS_PIXELS;
  let scale = 1;
  while (!fits(scale) && scale > 1 / 256) scale *= 0.9;
  return scaled(full, scale);
}

function estimate(tree: SvgTree, source: Source, window: View["window"], size: Size): Work {
  const [across, down] = [size.width / window.width, size.height / window.height];
  const onto: Matrix = [across, 0, 0, down, -window.left * across, -window.top * down];
  const box = viewBoxOf(tree.root.attributes.viewBox);
  const viewport = box === null ? sides(source) : { width: box[2], height: box[3] };
  const matrix = box === null ? onto : multiply(onto, boxOnto(box, 0, 0, source.width, source.height));
  return estimateWork(tree, matrix, viewport, size.width, size.height);
}

function leastSize({ width, height }: Size): Size {
  return scaled({ width, height }, LEAST_DRAWN_SIDE / Math.max(width, height));
}

function sides({ width, height }: Size): Size {
  return { width, height };
}

function scaled({ width, height }: Size, scale: number): Size {
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: side(width), height: side(height) };
}

/** Premultiplied alpha -> straight alpha, in place. */
function straight({ width, height, data }: { readonly data: Uint8Array } & Size): Pixels {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 0;
    if (alpha === 255 || alpha === 0) continue;
    for (let c = i; c < i + 3; c++) data[c] = Math.min(255, Math.round(((data[c] ?? 0) * 255) / alpha));
  }
  return { width, height, data, alpha: true };
}
