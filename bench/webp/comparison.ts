/** Bytes of our encoder against libwebp's: at the same quality number, and for the same scores. */
import type { Cell } from "../table.ts";
import { bytesAt } from "./equalQuality.ts";
import type { Encode } from "./libwebp.ts";
import type { Photograph } from "./photographs.ts";
import { type Scores, scorer } from "./scores.ts";

export const QUALITIES = [20, 40, 60, 75, 85, 95] as const;
/**
 * Qualities of libwebp's files. They reach beyond both ends, so that equal quality is found between two files, and they
 * are near each other, because bytes between two files are taken from a straight line.
 */
const ANCHORS = [10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98] as const;

/** Bytes of our file, of libwebp's at the same quality, and of libwebp's at the same scores. */
export type Line = {
  readonly quality: number;
  readonly bytes: number;
  readonly theirs: number;
  readonly ssim: number;
  readonly ssimulacra2: number | null;
};

/** Our file at each quality, and the bytes that libwebp needs for the same scores. */
export async function compare(
  { pixels }: Photograph,
  ours: Encode,
  libwebp: Encode,
  ssimulacra2: string | null,
): Promise<Line[]> {
  const score = scorer(pixels, ssimulacra2);
  const anchors: { quality: number; bytes: number; scores: Scores }[] = [];
  for (const quality of ANCHORS) {
    const file = libwebp(pixels, quality);
    anchors.push({ quality, bytes: file.length, scores: await score(file) });
  }
  const equal = (by: keyof Scores, value: number | null) =>
    value === null
      ? null
      : bytesAt(
          anchors.map(({ bytes, scores }) => ({ bytes, score: scores[by] ?? 0 })),
          value,
        );
  const lines: Line[] = [];
  for (const quality of QUALITIES) {
    const file = ours(pixels, quality);
    const scores = await score(file);
    lines.push({
      quality,
      bytes: file.length,
      theirs: anchors.find((anchor) => anchor.quality === quality)?.bytes ?? Number.NaN,
      ssim: equal("ssim", scores.ssim) ?? Number.NaN,
      ssimulacra2: equal("ssimulacra2", scores.ssimulacra2),
    });
  }
  return lines;
}

/** Of one quality: the totals of all photographs and the worst of them, ours over libwebp. */
export function summary(quality: number, photos: readonly { name: string; lines: readonly Line[] }[]) {
  const found = photos.flatMap(({ name, lines }) =>
    lines.filter((l) => l.quality === quality).map((l) => ({ name, ...l })),
  );
  const total = (by: (line: Line) => number) => found.reduce((sum, line) => sum + by(line), 0);
  const bytes = total((l) => l.bytes);
  const against = (by: (line: Line) => number) => {
    const worst = found.reduce((a, b) => (b.bytes / by(b) > a.bytes / by(a) ? b : a));
    return { total: bytes / total(by), worst: worst.bytes / by(worst), name: worst.name };
  };
  const ssim = against((l) => l.ssim);
  const ssimulacra2 = found.some((l) => l.ssimulacra2 === null) ? null : against((l) => l.ssimulacra2 ?? 0);
  const cells: Cell[] = [quality, (bytes / total((l) => l.theirs)).toFixed(3)];
  for (const figure of [ssim, ssimulacra2]) {
    cells.push(figure?.total.toFixed(3) ?? null, figure?.worst.toFixed(3) ?? null, figure?.name ?? "");
  }
  return { cells, figures: { quality, bytes: bytes / total((l) => l.theirs), ssim, ssimulacra2 } };
}
