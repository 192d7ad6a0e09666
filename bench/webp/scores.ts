/** How near a file is to its source, by SSIM and, where a program for it is named, by SSIMULACRA2. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { Pixels } from "../../src/image/picture.ts";
import { ssimScore } from "./equalQuality.ts";
import { ssimTo } from "./gaussianSsim.ts";

export type Scores = { readonly ssim: number; readonly ssimulacra2: number | null };

/**
 * Gives a function from files to their scores. `command` is called with two PNG files, the source first, and prints a
 * number: cloudinary's `ssimulacra2`, or null.
 */
export function scorer({ data, width, height }: Pixels, command: string | null): (file: Uint8Array) => Promise<Scores> {
  const ssim = ssimTo(data, width, height);
  return async (file) => {
    const decoded = await sharp(file).ensureAlpha().raw().toBuffer();
    const score = ssimScore(ssim(decoded));
    if (command === null) return { ssim: score, ssimulacra2: null };
    const scratch = mkdtempSync(join(tmpdir(), "firstlight-ssimulacra2-"));
    try {
      const raw = { raw: { width, height, channels: 4 } } as const;
      const [source, made] = [join(scratch, "source.png"), join(scratch, "made.png")];
      writeFileSync(source, await sharp(data, raw).removeAlpha().png({ compressionLevel: 1 }).toBuffer());
      writeFileSync(made, await sharp(file).removeAlpha().png({ compressionLevel: 1 }).toBuffer());
      return { ssim: score, ssimulacra2: Number(execFileSync(command, [source, made], { encoding: "utf8" })) };
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  };
}
