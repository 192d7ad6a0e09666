/**
 * `node --import ./.ci/wasm-loader.ts` lets Node import "./x.wasm" as a WebAssembly.Module and "./x.ttf" as an ArrayBuffer, as workerd does. So benches can
 * run the engine files of the Worker.
 */
import { registerHooks } from "node:module";

const VALUES = [
  [".wasm", "new WebAssembly.Module(bytes)"],
  [".ttf", "bytes.buffer"],
] as const;

registerHooks({
  load(url, context, nextLoad) {
    const value = VALUES.find(([ending]) => url.endsWith(ending))?.[1];
    if (value === undefined) return nextLoad(url, context);
    const source = [
      'import { readFileSync } from "node:fs";',
      `const bytes = new Uint8Array(readFileSync(new URL(${JSON.stringify(url)})));`,
      `export default ${value};`,
    ].join("\n");
    return { format: "module", source, shortCircuit: true };
  },
});
