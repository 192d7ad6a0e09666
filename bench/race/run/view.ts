/** One page view: a browser opens the page, and each of its pictures is measured. */
import type { HintedBy, Side } from "../arms.ts";
import { type How, howOf } from "../figures/outcome.ts";
import { viewPage } from "../page/browser.ts";
import type { MeasuredPicture } from "../page/collect.ts";
import { pageDocument } from "../page/document.ts";
import type { Picture } from "../pictures/stock.ts";
import type { World } from "../world.ts";

export type PictureView = {
  /** `responseStart - requestStart`, ms. */
  readonly firstByte: number;
  /** Unix ms. */
  readonly askedAt: number;
  readonly firstByteAt: number;
  /** Ms since the navigation began; null if Chromium did not say. */
  readonly drawn: number | null;
  readonly how: How;
  readonly early: boolean;
};

export type PageView = {
  /** Unix ms of the API server's hints. */
  readonly hintedAt: number;
  readonly pictures: readonly PictureView[];
  /** Largest Contentful Paint, ms since the navigation began. */
  readonly largestPaint: number | null;
};

/** Opens a page with the pictures. Throws Error if the browser does not measure one of them, or not over HTTP/2. */
export async function view(
  world: World,
  pictures: readonly Picture[],
  side: Side,
  thinkMs: number,
  hintedBy: HintedBy = "colo",
): Promise<PageView> {
  const addresses = pictures.map(({ path }) => `${world.readerOrigin}${path}`);
  const paths = pictures.map(({ path }) => path);
  const { path, askedAt } = world.api.add({
    ...{ html: pageDocument(addresses), thinkMs },
    hint: () => world.hint(paths, side.hints, hintedBy),
    preload: side.preload ? (addresses[0] ?? null) : null,
  });
  const measured = await viewPage(world.browser, `${world.apiOrigin}${path}`, pictures.length);
  const byAddress = new Map(measured.pictures.map((picture) => [picture.address, picture]));
  const views = addresses.map((address, i): PictureView => {
    const picture = byAddress.get(address);
    if (picture === undefined) throw new Error(`the browser has not measured picture ${i}`);
    return {
      firstByte: picture.responseStart - picture.requestStart,
      askedAt: measured.origin + picture.requestStart,
      firstByteAt: measured.origin + picture.responseStart,
      drawn: measured.drawn[i] ?? null,
      how: howOf(cacheStatusOf(picture)),
      early: picture.initiator === "early-hints",
    };
  });
  const other = measured.pictures.find(({ protocol }) => protocol !== "h2");
  if (other !== undefined) throw new Error(`a picture came over ${other.protocol || "an unknown protocol"}, not h2`);
  return { hintedAt: await askedAt, pictures: views, largestPaint: measured.largestPaint };
}

/** The isolate repeats Cache-Status in Server-Timing (edge/worker.ts). */
function cacheStatusOf({ timing }: MeasuredPicture): string {
  return timing.find(([name]) => name === "answer")?.[1] ?? "";
}
