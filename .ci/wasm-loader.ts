/**
 * `node --import ./.ci/wasm-loader.ts` lets Node import "./x.wasm" as a WebAssembly.Module, as workerd does. So benches can
 * run the engine files of the Worker.
 */
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith(".wasm")) return nextLoad(url, context);
    const source = [
      'import { readFileSync } from "node:fs";',
      `export default new WebAssembly.Module(readFileSync(new URL(${JSON.stringify(url)})));`,
    ].join("\n");
    return { format: "module", source, shortCircuit: true };
  },
});
