/**
 * `npm run bench -- compare [--quick] [--json FILE] [--rounds N] [--photos DIR] [--page]`
 *
 * A photograph becomes a 640 px WebP: our engine and our Worker against photon, jSquash, native sharp and Node's ipx. See
 * bench/README.md. `--page` writes the table into docs/operator/comparison.md.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { COSTS } from "../../.ci/docs/costs.ts";
import { loadCatalogue } from "../../demo/catalogue.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { machine } from "../machine.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { CONTESTANTS, NAMES } from "./contestants.ts";
import { type Fresh, measureFresh, measureSteady, type Steady } from "./measure.ts";
import { ipxVersion } from "./overHttp.ts";
import { markdown, writePage } from "./page.ts";
import { CLOUDFLARE_IMAGES, HOSTS, usdPerMillionRenders, usdPerMillionStored } from "./prices.ts";
import { spread, timesAsLong, typicalMs } from "./ratios.ts";
import { startSource } from "./source.ts";

const COUNTS = {
  full: { files: 8, rounds: 3, starts: 3 },
  quick: { files: 4, rounds: 1, starts: 1 },
} as const;

const HEADS = ["", "CPU ms", "times ours", "SSIM", "kB", "peak MB", "first render, CPU ms", "$ per million"] as const;

type Photograph = { readonly file: string; readonly megapixels: number; readonly kb: number };

/** Measures, prints the table, and gives the figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean" },
      page: { type: "boolean" },
      rounds: { type: "string" },
      photos: { type: "string" },
    },
  });
  const counts = COUNTS[values.quick === true ? "quick" : "full"];
  const rounds = Number(values.rounds ?? counts.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}, it must be 1 or more`);
  const { from, photographs } = await choose(values.photos, counts.files);
  const source = await startSource();
  try {
    const files = photographs.map(({ file }) => file);
    const steady = await measureSteady(files, rounds, source);
    const ends = { first: files[0] ?? "", largest: files.at(-1) ?? "" };
    const fresh = await measureFresh(ends, counts.starts, source);
    say("");
    const rows = NAMES.map((name) => rowOf(name, steady, fresh));
    const notes = notesOf(from, photographs, { ...counts, rounds });
    console.log(`${notes.join("\n")}\n\n${table(HEADS, rows)}`);
    if (values.page === true) writePage(`${notes.map((note) => `* ${note}`).join("\n")}\n\n${markdown(HEADS, rows)}`);
    return { from, photographs, rounds, steady, fresh, hosts: HOSTS };
  } finally {
    source.stop();
  }
}

/** `count` JPEGs of at least 0.8 megapixels, from the smallest to the largest, evenly spread. */
async function choose(folder: string | undefined, count: number) {
  const found = await loadCatalogue(folder ?? process.env.PHOTOS, TOP, (made, of) =>
    say(`photograph ${made} of ${of}`),
  );
  const photographs: Photograph[] = [];
  for (const { file, width, height, bytes } of found.entries) {
    const megapixels = (width * height) / 1e6;
    if (!/\.jpe?g$/i.test(file) || megapixels < 0.8) continue;
    photographs.push({ file: join(found.folder, file), megapixels, kb: bytes / 1000 });
  }
  if (photographs.length === 0) throw new Error(`no JPEG of 0.8 megapixels or more in ${found.folder}`);
  return { from: found.from, photographs: spread(photographs, count, ({ megapixels }) => megapixels) };
}

type Name = (typeof NAMES)[number];

function rowOf(
  name: Name,
  steady: Readonly<Record<Name, Steady>>,
  fresh: Readonly<Record<Name, Fresh>>,
): readonly string[] {
  const { timings, bytes, ssim } = steady[name];
  const { coldMs, peakMb } = fresh[name];
  const { label, host, isServer } = CONTESTANTS[name];
  const ms = typicalMs(timings);
  const base = steady[isServer ? "oursHttp" : "ours"].timings;
  return [
    label,
    ms.toFixed(1),
    timesAsLong(timings, base).toFixed(2),
    ssim.toFixed(4),
    (bytes / 1000).toFixed(1),
    peakMb.toFixed(0),
    coldMs.toFixed(0),
    usdPerMillionRenders(ms, HOSTS[host]).toFixed(2),
  ];
}

function notesOf(
  from: string,
  photographs: readonly Photograph[],
  { rounds, starts }: { readonly rounds: number; readonly starts: number },
): string[] {
  const { cpu, cores, node, load } = machine();
  const sizes = photographs.map(({ megapixels }) => megapixels);
  const [least, most] = [Math.min(...sizes).toFixed(1), Math.max(...sizes).toFixed(1)];
  return [
    `${new Date().toISOString().slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}, load ${load} at the end; ` +
      `sharp ${sharp.versions.sharp}, ipx ${ipxVersion("ipx")} with sharp ${ipxVersion("sharp")}.`,
    `${photographs.length} photographs (${from}) of ${least} to ${most} megapixels, ${rounds} rounds, ${starts} fresh starts.`,
    ...Object.values(HOSTS).map(
      ({ label, usdPerMillionCpuMs, usdPerMillionRequests, source, read }) =>
        `${label}: $${usdPerMillionCpuMs.toFixed(4)} per million CPU milliseconds, ` +
        `$${usdPerMillionRequests.toFixed(2)} per million requests (${source}, ${read}).`,
    ),
    `Our Worker also stores what it makes and asks its coordinator: $${usdPerMillionStored(COSTS["made from the source"]).toFixed(2)} ` +
      "per million first renders, which is not in the table.",
    `Cloudflare Images, which renders by itself: $${CLOUDFLARE_IMAGES.usdPerMillion} per million different results a month ` +
      `(${CLOUDFLARE_IMAGES.source}, ${CLOUDFLARE_IMAGES.read}); not measured.`,
  ];
}
