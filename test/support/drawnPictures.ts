/** What a browser has drawn on the demo's page, reduced to what can be compared with the originals. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";

export type Drawn = {
  readonly src: string;
  readonly width: number;
  readonly height: number;
  /** Mean colours of MOSAIC x MOSAIC squares, row by row, RGB. */
  readonly mosaic: readonly number[];
  readonly kind: string;
  /** What stands under the picture. */
  readonly note: string;
  readonly source: string;
  readonly isDead: boolean;
};

const MOSAIC = 8;
const PIXELS_EACH = 32;
const DRAW_MS = 150_000;

/** Waits for every picture to be answered and decoded, then reads what the browser holds. */
export async function drawnPictures(page: Page): Promise<readonly Drawn[]> {
  await page.waitForFunction(() => [...document.images].every((image) => image.complete), null, { timeout: DRAW_MS });
  await page.waitForFunction(
    () => [...document.querySelectorAll("[data-how]")].every((note) => !["", "on its way"].includes(note.textContent)),
    null,
    { timeout: DRAW_MS },
  );
  return page.evaluate(
    async ({ squares, each }) => {
      const side = squares * each;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = side;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (context === null) throw new Error("no canvas");
      context.imageSmoothingQuality = "high";
      /** Mean colour of each square: a browser's own reduction to so few pixels would skip most of the picture. */
      const mosaicOf = (pixels: Uint8ClampedArray): number[] => {
        const means = new Array<number>(squares * squares * 3).fill(0);
        for (let at = 0; at < side * side; at++) {
          const square = Math.floor(Math.floor(at / side) / each) * squares + Math.floor((at % side) / each);
          for (let channel = 0; channel < 3; channel++) {
            means[square * 3 + channel] =
              (means[square * 3 + channel] ?? 0) + (pixels[at * 4 + channel] ?? 0) / each ** 2;
          }
        }
        return means;
      };
      const cards = [...document.querySelectorAll<HTMLElement>(".card")];
      const images = cards.map((card) => card.querySelector("img") as HTMLImageElement);
      await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
      return cards.map((card, at) => {
        const image = images[at] as HTMLImageElement;
        context.clearRect(0, 0, side, side);
        if (image.naturalWidth > 0) context.drawImage(image, 0, 0, side, side);
        const note = card.querySelector<HTMLElement>("[data-how]");
        return {
          src: image.currentSrc,
          width: image.naturalWidth,
          height: image.naturalHeight,
          mosaic: mosaicOf(context.getImageData(0, 0, side, side).data),
          kind: note?.dataset.kind ?? "",
          note: note?.textContent ?? "",
          source: card.dataset.source ?? "",
          isDead: card.dataset.dead !== undefined,
        };
      });
    },
    { squares: MOSAIC, each: PIXELS_EACH },
  );
}

/** The mosaic of a photograph. */
export async function originalMosaic(folder: string, file: string): Promise<readonly number[]> {
  const side = MOSAIC * PIXELS_EACH;
  const upright = sharp(join(folder, file)).rotate().flatten().toColourspace("srgb");
  const pixels = await upright.resize(side, side, { fit: "fill" }).removeAlpha().raw().toBuffer();
  const means = new Array<number>(MOSAIC * MOSAIC * 3).fill(0);
  for (const [at, value] of pixels.entries()) {
    const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    const square = Math.floor(y / PIXELS_EACH) * MOSAIC + Math.floor(x / PIXELS_EACH);
    means[square * 3 + (at % 3)] = (means[square * 3 + (at % 3)] ?? 0) + value / PIXELS_EACH ** 2;
  }
  return means;
}

/** The mean difference of two mosaics per channel, of 255. */
export function mosaicDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / b.length;
}
