/** Native sharp in its own process: one thread, no cache. Takes jobs as messages, answers with the last result. */
import { readFileSync } from "node:fs";
import sharp from "sharp";

export type SharpJob = {
  readonly file: string;
  readonly format: "webp" | "jpeg";
  readonly side: number;
  readonly quality: number;
  readonly method: number;
  readonly times: number;
};

sharp.concurrency(1);
sharp.cache(false);

process.on("message", async ({ file, format, side, quality, method, times }: SharpJob) => {
  const bytes = readFileSync(file);
  let out = Buffer.alloc(0);
  for (let i = 0; i < times; i++) {
    const small = sharp(bytes).rotate().resize(side, side, { fit: "inside", withoutEnlargement: true });
    out =
      format === "webp"
        ? await small.webp({ quality, effort: method }).toBuffer()
        : await small.jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
  }
  process.send?.({ base64: out.toString("base64") });
});
process.send?.({ ready: true });
