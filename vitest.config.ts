import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import type { VitestPluginContext } from "vitest/node";

/** Lets a test in Node import "./x.wasm" as a WebAssembly.Module and "./x.ttf" as an ArrayBuffer, as workerd does. */
const wasmModules = {
  name: "wasm-modules",
  enforce: "pre" as const,
  // vitest's cache hashes a file read as UTF-8. To it, modules that differ only in bytes that are no UTF-8 are the same.
  configureVitest({ defineCacheKeyGenerator }: VitestPluginContext) {
    defineCacheKeyGenerator(({ id }) => {
      const path = id.split("?")[0] ?? id;
      return path.endsWith(".wasm") ? createHash("sha256").update(readFileSync(path)).digest("hex") : null;
    });
  },
  load(id: string) {
    const path = id.split("?")[0] ?? id;
    if (path.endsWith(".ttf")) {
      return `import { readFileSync } from "node:fs"; export default new Uint8Array(readFileSync(${JSON.stringify(path)})).buffer;`;
    }
    if (!path.endsWith(".wasm")) return null;
    const base64 = readFileSync(path).toString("base64");
    return `export default new WebAssembly.Module(Uint8Array.from(atob(${JSON.stringify(base64)}), (c) => c.charCodeAt(0)));`;
  },
};

/** What needs workerd's own Cache API, KV, R2, Durable Objects or fetch; every other test runs in Node. */
const IN_WORKERD = ["test/**/*.workerd.test.ts"];

/** Tests of parts. Their files share workers: a worker of its own costs each file 0.25 s of CPU and loads its modules again. */
const PARTS = ["test/src/**/*.test.ts"];
/** Of the tests of parts, those that start programs or servers, and those that look at what a module holds for its whole life. */
const PARTS_ALONE = [
  "test/src/cli/**/*.test.ts",
  "test/src/image/engines.test.ts",
  "test/src/image/formats/jxl/jxl.test.ts",
  "test/src/origin/**/*.test.ts",
];

/** A project of tests that run in Node. */
function inNode(name: string, include: readonly string[], exclude: readonly string[], isolate: boolean) {
  return {
    plugins: [wasmModules],
    test: {
      name,
      include: [...include],
      exclude: [...IN_WORKERD, ...exclude],
      isolate,
      testTimeout: 20_000,
      // These packages have modules of WebAssembly, which vitest has to load.
      server: { deps: { inline: [/@cwasm|@jsquash|@cf-wasm|@resvg|jxl-oxide|dejavu/] } },
    },
  };
}

/** What wrangler.toml binds as HEAVY must be there. Tests of the heavy Worker start it as it is (cli/edge/heavy.ts). */
const NO_HEAVY_WORKER = {
  name: "firstlight-heavy",
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 503 }) };",
  compatibilityDate: "2026-11-09",
};

export default defineConfig({
  test: {
    // Many tests wait more than they work, so even a machine of two cores has four files at a time.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    projects: [
      inNode("node", ["test/**/*.test.ts"], PARTS, true),
      inNode("parts", PARTS, PARTS_ALONE, false),
      inNode("parts-alone", PARTS_ALONE, [], true),
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            // Two of the 16 databases, as a deployment that has not bound all of them.
            miniflare: {
              workers: [NO_HEAVY_WORKER],
              d1Databases: { CATALOGUE_0: "catalogue-0", CATALOGUE_1: "catalogue-1" },
            },
          }),
        ],
        test: { name: "workerd", include: IN_WORKERD, testTimeout: 20_000 },
      },
    ],
  },
});
