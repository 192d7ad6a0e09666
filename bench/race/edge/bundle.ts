/** The deployed bundle with the bench's Worker as its entry. */
import { join } from "node:path";
import { build } from "esbuild";
import type { Bundle } from "../../../src/cli/edge/bundle.ts";

const DEPLOYED = "./worker.js";

/** Puts the bench's entry before the modules of `bundle`, and lets it use AsyncLocalStorage. */
export async function raceBundle(bundle: Bundle): Promise<Bundle> {
  const built = await build({
    entryPoints: [join(import.meta.dirname, "worker.ts")],
    ...{ bundle: true, write: false, format: "esm", target: "es2024", external: ["node:async_hooks"] },
    plugins: [
      {
        name: "deployed",
        setup(builder) {
          builder.onResolve({ filter: /^firstlight:deployed$/ }, () => ({ path: DEPLOYED, external: true }));
        },
      },
    ],
  });
  const contents = new Uint8Array(built.outputFiles[0]?.contents ?? new Uint8Array());
  const flags = (bundle.options.compatibilityFlags ?? []) as readonly string[];
  return {
    root: bundle.root,
    modules: [{ type: "ESModule", path: join(bundle.root, "race.js"), contents }, ...bundle.modules],
    options: { ...bundle.options, compatibilityFlags: [...flags, "nodejs_als"] },
  };
}
