/** Which picture of an icon serves a view, and the view in that picture's pixels. */
import type { Rect, Size, View } from "../../picture.ts";

/** The largest of them by area; the first of equal ones. The list is not empty. */
export function largest<T extends Size>(entries: readonly T[]): T {
  return entries.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
}

/**
 * The smallest picture that has at least as many pixels as the view shows, else the largest one. `size`: the sides that
 * the view counts in, which are those of the largest picture. Pictures with another aspect ratio are not considered:
 * they must fit to `pixels` of their own.
 * Null when no picture has the right one.
 */
export function chooseEntry<T extends Size>(entries: readonly T[], size: Size, view: View, pixels = 0.5): T | null {
  const alike = entries.filter((entry) => hasShapeOf(entry, size, pixels));
  if (alike.length === 0) return null;
  const enough = alike.filter(
    ({ width, height }) =>
      view.window.width * width >= view.width * size.width && view.window.height * height >= view.height * size.height,
  );
  const [first = largest(alike), ...others] = enough;
  return others.reduce((a, b) => (b.width * b.height < a.width * a.height ? b : a), first);
}

/** The same aspect ratio, give or take so many pixels of the smaller picture. */
function hasShapeOf(entry: Size, { width, height }: Size, pixels: number): boolean {
  return Math.abs(entry.width * height - entry.height * width) <= pixels * Math.max(width, height);
}

/** A view that counts in the pixels of `from`, for a picture of `entry`'s size with the same content. */
export function viewOn(view: View, from: Size, entry: Size): View {
  if (entry.width === from.width && entry.height === from.height) return view;
  const [across, down] = [entry.width / from.width, entry.height / from.height];
  const { window, bounds } = view;
  const left = Math.floor(bounds.left * across);
  const top = Math.floor(bounds.top * down);
  return {
    ...view,
    window: scaled(window, across, down),
    bounds: {
      left,
      top,
      width: Math.min(entry.width, Math.ceil((bounds.left + bounds.width) * across)) - left,
      height: Math.min(entry.height, Math.ceil((bounds.top + bounds.height) * down)) - top,
    },
  };
}

function scaled({ left, top, width, height }: Rect, across: number, down: number): Rect {
  return { left: left * across, top: top * down, width: width * across, height: height * down };
}
