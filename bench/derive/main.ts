/**
 * `npm run bench -- derive [--json FILE] [--photos DIR] [--each N]`
 *
 * What a second lossy encoding loses: a 320 px WebP made from a larger stored WebP, against one made from the source. Both
 * are compared (SSIM) with the source at 320 px without lossy encoding. SPARE in src/rendition/chooseParent.ts has its
 * value from this bench.
 */
import { WIDE_LIMITS } from "../limits.ts";
import "../../.ci/wasm-loader.ts";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import type { OutputFormat } from "../../src/image/formats/registry.ts";
import type { RenderOrder } from "../../src/image/rendition.ts";
import { MASTER_TRANSFORM } from "../../src/rendition/master.ts";
import type { Transform } from "../../src/request/transform.ts";
import { ssim } from "../engine/ssim.ts";
import { median, table } from "../table.ts";

const DEFAULT_PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");
const WIDTH = 320;
/** Parent pixels per result pixel in each direction. */
const SPARES = [1.25, 1.6, 1.9, 2, 3.2, 6.4] as const;
type Row = { readonly parent: string; readonly lost: readonly number[]; readonly toDirect: readonly number[] };

/** Measures, prints the table, and gives its figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = { photos: { type: "string" }, each: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = resolve(values.photos ?? DEFAULT_PHOTOS);
  if (!existsSync(folder)) throw new Error(`no photographs in ${folder}: name a folder with --photos DIR`);
  // Imported here, because the loader above must be registered before an engine module is loaded.
  const { renderImage } = await import("../../src/image/renderImage.ts");
  const files = readdirSync(folder).filter((file) => /\.(jpe?g|png|webp)$/i.test(file));
  const rows = new Map<string, { lost: number[]; toDirect: number[] }>();
  let measured = 0;
  for (const file of files.slice(0, Number(values.each ?? files.length))) {
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    try {
      for (const [parent, lost, toDirect] of await measure(bytes, renderImage)) {
        const row = rows.get(parent) ?? { lost: [], toDirect: [] };
        rows.set(parent, row);
        row.lost.push(lost);
        row.toDirect.push(toDirect);
      }
      measured++;
    } catch (error) {
      console.log(`skipped: ${file} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  const all = [...rows].map(([parent, row]): Row => ({ parent, ...row }));
  console.log(`${WIDTH} px WebP of ${measured} photographs; SSIM lost = direct to ideal - derived to ideal`);
  const cells = all.map(({ parent, lost, toDirect }) => [
    parent,
    lost.length,
    median(lost).toFixed(4),
    Math.max(...lost).toFixed(4),
    median(toDirect).toFixed(4),
    Math.min(...toDirect).toFixed(4),
  ]);
  console.log(
    table(["parent", "photographs", "lost, median", "lost, worst", "to direct, median", "to direct, worst"], cells),
  );
  return all;
}

/** For one photograph and each parent: the parent's name, the SSIM lost, the SSIM of derived against direct. */
async function measure(
  bytes: Uint8Array,
  renderImage: typeof import("../../src/image/renderImage.ts").renderImage,
): Promise<[string, number, number][]> {
  const render = (from: Uint8Array, over: Partial<Transform>, format: OutputFormat = "webp") =>
    renderImage({
      bytes: from,
      transform: { ...MASTER_TRANSFORM, quality: null, height: 0, ...over },
      format,
      limits: WIDE_LIMITS,
    } satisfies RenderOrder);
  const direct = await render(bytes, { width: WIDTH });
  const { width, height } = direct;
  const ideal = await rgba((await render(bytes, { width: WIDTH }, "png")).bytes);
  const straight = await rgba(direct.bytes);
  const compare = async (parent: string, from: Uint8Array): Promise<[string, number, number]> => {
    const derived = await rgba((await render(from, { resize: "force", width, height, enlarge: true })).bytes);
    const lost = ssim(straight, ideal, width, height, 4) - ssim(derived, ideal, width, height, 4);
    return [parent, lost, ssim(derived, straight, width, height, 4)];
  };
  const figures: [string, number, number][] = [];
  for (const spare of SPARES) {
    const side = Math.round(WIDTH * spare);
    const parent = await render(bytes, { width: side });
    if (parent.width === side) figures.push(await compare(`${side} px (${spare})`, parent.bytes));
  }
  const master = await render(bytes, { height: MASTER_TRANSFORM.height, quality: MASTER_TRANSFORM.quality });
  figures.push(await compare("master", master.bytes));
  return figures;
}

function rgba(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).ensureAlpha().raw().toBuffer();
}
