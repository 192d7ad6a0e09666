/**
 * Our decoder of lossy WebP (bytes in, pixels of the thumbnail out) in turns with libwebp and our resampler, which is
 * what files with alpha go through, and with native sharp, all in one process. Beside the folder's own WebPs it takes
 * 640 px ones made of its first JPEGs: what a derived size begins with.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { dropAllEngines, takePeakMemory, trimEngines } from "../../src/image/engines.ts";
import { DECODERS } from "../../src/image/formats/codecs.ts";
import type { DecoderName } from "../../src/image/formats/registry.ts";
import { webpHeader } from "../../src/image/formats/webp/header.ts";
import { median, table } from "../table.ts";

const STORED_SIDE = 640;
const ENGINES = ["vp8", "webp"] as const satisfies readonly DecoderName[];

type File = { readonly name: string; readonly bytes: Uint8Array };
type Row = { name: string; megapixels: number; ours: number; libwebp: number; sharp: number; mb: readonly number[] };

/** CPU milliseconds of this process while `work` runs. */
async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function filesOf(folder: string, stored: number): Promise<File[]> {
  if (!existsSync(folder)) throw new Error(`no pictures in ${folder}: name a folder with --corpus DIR`);
  const names = readdirSync(folder).sort();
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const files: File[] = [];
  for (const name of names.filter((file) => /\.jpe?g$/i.test(file)).slice(0, stored)) {
    const small = sharp(read(name)).resize(STORED_SIDE, STORED_SIDE, { fit: "inside" });
    files.push({ name: `${STORED_SIDE} px of ${name}`, bytes: await small.webp({ quality: 75 }).toBuffer() });
  }
  for (const name of names.filter((file) => /\.webp$/i.test(file))) files.push({ name, bytes: read(name) });
  return files.filter(({ name, bytes }) => {
    const { colour, alpha, frames } = webpHeader(bytes);
    const plain = colour === "ycc" && !alpha && frames === 1;
    if (!plain) console.log(`skipped: ${name} (not plainly lossy)`);
    return plain;
  });
}

/** Measures, prints the table and gives its figures. */
export async function measureDecoder(corpus: string, side: number, rounds: number, stored: number): Promise<unknown> {
  sharp.concurrency(1);
  sharp.cache(false);
  const clock = { lap: () => undefined };
  const rows: Row[] = [];
  for (const { name, bytes } of await filesOf(corpus, stored)) {
    const source = webpHeader(bytes);
    const factor = Math.min(1, side / Math.max(source.width, source.height));
    const size = {
      width: Math.max(1, Math.round(source.width * factor)),
      height: Math.max(1, Math.round(source.height * factor)),
    };
    const whole = { left: 0, top: 0, width: source.width, height: source.height };
    const order = { view: { window: whole, bounds: whole, ...size }, dctScale: 8 } as const;
    const mb: number[] = [];
    const times: Record<string, number[]> = { vp8: [], webp: [], sharp: [] };
    for (const engine of ENGINES) {
      dropAllEngines();
      takePeakMemory();
      await DECODERS[engine].decode(bytes, source, order, clock);
      trimEngines();
      mb.push(takePeakMemory() / 2 ** 20);
    }
    for (let round = 0; round < rounds; round++) {
      for (const engine of ENGINES) {
        times[engine]?.push(await cpu(() => DECODERS[engine].decode(bytes, source, order, clock)));
      }
      const native = () => sharp(bytes).resize({ ...size, fit: "fill" });
      times.sharp?.push(await cpu(() => native().raw().toBuffer()));
    }
    const [ours, libwebp, native] = [times.vp8, times.webp, times.sharp].map((list) => median(list ?? []));
    const megapixels = (source.width * source.height) / 1e6;
    rows.push({ name, megapixels, ours: ours ?? 0, libwebp: libwebp ?? 0, sharp: native ?? 0, mb });
  }
  const heads = [
    "file",
    "MP",
    "ours, ms",
    "libwebp, ms",
    "sharp, ms",
    "ours/libwebp",
    "ours/sharp",
    "MB",
    "libwebp MB",
  ];
  const cells = rows.map((r) => {
    const figures = [r.megapixels, r.ours, r.libwebp, r.sharp, r.ours / r.libwebp, r.ours / r.sharp, ...r.mb];
    return [r.name, ...figures.map((x) => Number(x.toFixed(2)))];
  });
  console.log(table(heads, cells));
  const [toLibwebp, toSharp] = [rows.map((r) => r.ours / r.libwebp), rows.map((r) => r.ours / r.sharp)];
  const said = [toLibwebp, toSharp].map((list) => `${median(list).toFixed(2)}, worst ${Math.max(...list).toFixed(2)}`);
  console.log(`\nmedian at ${side} px, to libwebp and our resampler: ${said[0]}; to native sharp: ${said[1]}`);
  return { side, rows };
}
