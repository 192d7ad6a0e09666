/**
 * `npm run bench -- jpeg [--json FILE] [--corpus DIR] [--side N] [--rounds N] [--only TEXT] [--wasm FILE,FILE...]`
 *
 * For work on the JPEG decoder: bytes in, pixels of the thumbnail out. It takes turns with native sharp in the same
 * process. `--wasm` compares other builds of the module, and leaves out the committed one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { type JpegEngine, jpegEngine } from "../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../src/image/formats/jpeg/decoder/markers.ts";
import { dctScale } from "../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../src/image/formats/jpeg/decoder/thumbnail.ts";
import { median, table } from "../table.ts";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");
const MODULE = resolve(import.meta.dirname, "../../src/image/formats/jpeg/wasm/decoder.wasm");

type Size = { readonly width: number; readonly height: number };

function fitted({ width, height }: Size, side: number): Size {
  const factor = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function ours(engine: JpegEngine, bytes: Uint8Array, side: number): number {
  const header = readJpeg(bytes);
  const size = fitted(header, side);
  const { width, height } = header;
  const whole = { left: 0, top: 0, width, height };
  const scale = dctScale({ window: whole, bounds: whole, ...size });
  const crop = { x: 0, y: 0, width, height };
  return decodeJpeg(engine, bytes, header, { dctScale: scale, crop, ...size }).memoryBytes;
}

/** CPU milliseconds of this process while `work` runs. */
async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Measures every JPEG of the folder, prints the table, and gives its figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      corpus: { type: "string", default: PHOTOS },
      side: { type: "string", default: "640" },
      rounds: { type: "string", default: "7" },
      only: { type: "string", default: "" },
      wasm: { type: "string", default: MODULE },
    },
  });
  const side = Number(values.side);
  const builds = values.wasm.split(",");
  const modules = builds.map((file) => new WebAssembly.Module(readFileSync(file)));
  sharp.concurrency(1);
  sharp.cache(false);
  const rows: { name: string; megapixels: number; kind: string; ms: number[]; sharp: number; megabytes: number }[] = [];
  for (const name of readdirSync(values.corpus).filter((file) => /\.jpe?g$/.test(file) && file.includes(values.only))) {
    const bytes = new Uint8Array(readFileSync(join(values.corpus, name)));
    const header = readJpeg(bytes);
    const size = fitted(header, side);
    // Fresh instances, so that the memory is that of this file. The first decode warms them.
    const engines = modules.map((module) => jpegEngine(module));
    const megabytes = Math.max(...engines.map((engine) => ours(engine, bytes, side))) / 2 ** 20;
    const times = engines.map((): number[] => []);
    const reference: number[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, engine] of engines.entries()) times[i]?.push(await cpu(() => ours(engine, bytes, side)));
      reference.push(
        await cpu(() =>
          sharp(bytes)
            .resize({ ...size, fit: "fill" })
            .raw()
            .toBuffer(),
        ),
      );
    }
    rows.push({
      name,
      megapixels: (header.width * header.height) / 1e6,
      kind: header.progressive ? "progressive" : "baseline",
      ms: times.map((list) => median(list)),
      sharp: median(reference),
      megabytes,
    });
  }
  const heads = ["file", "MP", "scans", ...builds.map((_, i) => `ours ${i + 1}, ms`), "sharp, ms", "ratio", "WASM MB"];
  const cells = rows.map((r) => {
    const ratio = (r.ms[0] ?? 0) / r.sharp;
    return [r.name, ...[r.megapixels, ...r.ms, r.sharp, ratio, r.megabytes].map((x) => Number(x.toFixed(2)))];
  });
  const withKinds = cells.map((row, i) => [...row.slice(0, 2), rows[i]?.kind ?? "", ...row.slice(2)]);
  console.log(table(heads, withKinds));
  const ratios = builds.map((_, i) => median(rows.map((r) => (r.ms[i] ?? 0) / r.sharp)));
  console.log(`\nmedian ratio to sharp at ${side} px: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`);
  return { side, rows, ratios };
}
