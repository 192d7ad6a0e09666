/** Which Worker has which code. */
import { build } from "esbuild";
import { expect, test } from "vitest";
import { DECODERS } from "../../../src/image/formats/codecs.ts";

/** The files of a Worker's bundle that are not our own. */
async function packagesOf(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...{ entryPoints: [entry], outdir: "unused", bundle: true, write: false, metafile: true, format: "esm" },
    external: ["cloudflare:*"],
    loader: { ".wasm": "binary", ".ttf": "binary" },
  });
  return Object.keys(metafile.inputs).filter((file) => file.startsWith("node_modules/"));
}

/** Only the heavy Worker has these. Photon counts as soon as no decoder of the first one is photon. */
const HEAVY =
  "photon" in DECODERS ? /@resvg|dejavu|@jsquash\/avif|jxl-oxide/ : /@resvg|dejavu|@jsquash\/avif|jxl-oxide|@cf-wasm/;

test("the first Worker has no decoder of the heavy one", async () => {
  expect((await packagesOf("src/worker.ts")).filter((file) => HEAVY.test(file))).toEqual([]);
});

test("the heavy Worker has its decoders, and nothing that answers requests", async () => {
  const files = await packagesOf("src/heavy/worker.ts");
  expect(files.filter((file) => HEAVY.test(file)).length).toBeGreaterThan(0);
  expect(files.filter((file) => /node_modules\/hono/.test(file))).toEqual([]);
});
