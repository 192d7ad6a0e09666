/**
 * `node --import ./.ci/wasm-loader.ts`: lets plain Node import "./x.wasm" as a WebAssembly.Module, as workerd does,
 * so that benches and Node tests run the Worker's own engine files.
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
