/** The deployed bundle with the bench's Worker as its entry, and the Worker that holds the stores. */
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Bundle } from "../../../src/cli/edge/bundle.ts";

const DEPLOYED = "./worker.js";

/** Puts the bench's entry before the modules of `bundle`, and lets it use AsyncLocalStorage. `entry`: as in `script`. */
export async function raceBundle(bundle: Bundle, entry = "worker.ts"): Promise<Bundle> {
  const contents = new TextEncoder().encode(await script(entry));
  const flags = (bundle.options.compatibilityFlags ?? []) as readonly string[];
  return {
    root: bundle.root,
    modules: [{ type: "ESModule", path: join(bundle.root, "race.js"), contents }, ...bundle.modules],
    options: { ...bundle.options, compatibilityFlags: [...flags, "nodejs_als"] },
  };
}

/** A file of this folder, or one with an absolute path, as one module. The runtime's own modules and the deployed Worker are imported, not included. */
export async function script(file: string): Promise<string> {
  const built = await build({
    entryPoints: [resolve(import.meta.dirname, file)],
    ...{ bundle: true, write: false, format: "esm", target: "es2024", external: ["node:async_hooks", "cloudflare:*"] },
    plugins: [
      {
        name: "deployed",
        setup(builder) {
          builder.onResolve({ filter: /^firstlight:deployed$/ }, () => ({ path: DEPLOYED, external: true }));
        },
      },
    ],
  });
  return built.outputFiles[0]?.text ?? "";
}
