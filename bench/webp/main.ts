/**
 * `npm run bench -- webp [--json FILE] [--part decoder|encoder] [--corpus DIR] [--side N] [--rounds N] [--stored N]
 *   [--photos N] [--ssimulacra2 COMMAND] [--sheets DIR]`
 *
 * Our decoder and our encoder of lossy WebP against libwebp. See bench/README.md.
 */
import "../../.ci/wasm-loader.ts";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");

/** Runs one part or both, prints the tables and gives their figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = {
    part: { type: "string" },
    corpus: { type: "string", default: PHOTOS },
    side: { type: "string" },
    rounds: { type: "string", default: "9" },
    stored: { type: "string", default: "6" },
    photos: { type: "string", default: "99" },
    ssimulacra2: { type: "string" },
    sheets: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const { part, corpus, side, rounds, stored, photos, ssimulacra2, sheets } = values;
  if (part !== undefined && part !== "decoder" && part !== "encoder") {
    throw new Error(`--part cannot be ${part}: decoder or encoder`);
  }
  // Only now: the loader above must be there before an engine module is.
  const { measureDecoder } = await import("./decoder.ts");
  const { measureEncoder } = await import("./encoder.ts");
  const decoder =
    part === "encoder" ? null : await measureDecoder(corpus, Number(side ?? 320), Number(rounds), Number(stored));
  if (part === undefined) console.log("");
  const encoder =
    part === "decoder"
      ? null
      : await measureEncoder({
          corpus,
          side: Number(side ?? 640),
          rounds: Number(rounds),
          photos: Number(photos),
          ssimulacra2: ssimulacra2 ?? null,
          sheets: sheets ?? null,
        });
  return { decoder, encoder };
}
