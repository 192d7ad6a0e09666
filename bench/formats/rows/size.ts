/** Sizes with gzip -9: the modules of the four common formats, our readers of the others, and the main Worker's bundle. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { loadBundle } from "../../../src/cli/edge/bundle.ts";
import { enginesOfCommonFormats, moduleSizes } from "../../engine/modules.ts";
import type { Row } from "../row.ts";

const FORMATS = resolve(import.meta.dirname, "../../../src/image/formats");
/** The readers that the project did not have in its first year. */
const NEW_READERS = ["gif", "tiff", "bmp", "ico"];

const row: Row = async ({ processes, photo, corpus }) => {
  const engines = await enginesOfCommonFormats(processes, photo, corpus);
  const { kb } = moduleSizes(processes.workerd.wasm, engines);
  const { modules } = await loadBundle();
  const sum = (of: (bytes: Uint8Array) => number) =>
    modules.reduce((total, { contents }) => total + of(contents), 0) / 1000;
  const raw = sum((bytes) => bytes.length);
  const gzip = sum((bytes) => gzipSync(bytes, { level: 9 }).length);
  return [
    { label: "WASM for JPEG, PNG, WebP, GIF, gzip", value: kb, unit: " KB", most: 110, note: engines.join(" ") },
    {
      label: "readers of GIF, TIFF, BMP, ICO, gzip",
      value: await readersKb(),
      unit: " KB",
      most: 30,
      note: "scripts and WASM",
    },
    {
      label: "bundle of the main Worker, gzip",
      value: gzip,
      unit: " KB",
      most: null,
      note: `${raw.toFixed(0)} KB without`,
    },
  ];
};

/** Scripts (without types, minified) and modules of the new readers, together. */
async function readersKb(): Promise<number> {
  let scripts = "";
  let kb = 0;
  for (const format of NEW_READERS) {
    for (const name of readdirSync(join(FORMATS, format), { recursive: true, encoding: "utf8" })) {
      const file = join(FORMATS, format, name);
      if (name.endsWith(".wasm")) kb += gzipSync(readFileSync(file), { level: 9 }).length / 1000;
      if (!name.endsWith(".ts") || name.includes("assembly")) continue;
      scripts += (await transform(readFileSync(file, "utf8"), { loader: "ts", minify: true })).code;
    }
  }
  return kb + gzipSync(scripts, { level: 9 }).length / 1000;
}

export default row;
