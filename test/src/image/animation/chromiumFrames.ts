/** Every frame of an animation as Chromium shows it. */
import type { Page } from "playwright-core";

export type Decoded = {
  /** How often it is shown again after the first time; null = without end. */
  readonly repetitions: number | null;
  readonly frames: readonly { readonly ms: number; readonly data: readonly number[] }[];
};

/** RGBA with the colours multiplied by alpha. `type`: of the file, such as `image/gif`. */
export async function decodedFrames(page: Page, file: Uint8Array, type: string): Promise<Decoded> {
  // The decoder is there only in a secure context.
  await page.route("https://pictures.test/", (route) => route.fulfill({ contentType: "text/html", body: "<p>" }));
  if (page.url() !== "https://pictures.test/") await page.goto("https://pictures.test/");
  return page.evaluate(
    async ([base64, kind]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const decoder = new ImageDecoder({ data: bytes, type: kind });
      await decoder.completed;
      await decoder.tracks.ready;
      const track = decoder.tracks.selectedTrack;
      const frames: { ms: number; data: number[] }[] = [];
      for (let frameIndex = 0; frameIndex < (track?.frameCount ?? 0); frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
        const context = canvas.getContext("2d");
        context?.drawImage(image, 0, 0);
        const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        frames.push({ ms: Math.round((image.duration ?? 0) / 1000), data: [...data] });
        image.close();
      }
      const repetitions = track?.repetitionCount ?? 0;
      return { repetitions: Number.isFinite(repetitions) ? repetitions : null, frames };
    },
    [Buffer.from(file).toString("base64"), type] as const,
  );
}

/** Of a channel, with colours multiplied by alpha: what is not seen does not count. */
export function meanDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const share = (data: readonly number[]) => (i % 4 === 3 ? 1 : (data[i | 3] ?? 0) / 255);
    sum += Math.abs((a[i] ?? 0) * share(a) - (b[i] ?? 0) * share(b));
  }
  return sum / a.length;
}
