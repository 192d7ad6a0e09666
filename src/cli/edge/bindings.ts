/**
 * Run as a program: prints the bindings of `wrangler.toml` as Miniflare takes them, as JSON. A program of its own,
 * because wrangler takes more than a second to load and its answer is kept beside the bundle.
 */
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";

const config = unstable_readConfig({ config: process.argv[2] ?? "wrangler.toml" });
const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
// The variables of the file alone: a .dev.vars or .env that happens to lie beside it must not decide a test.
const { modulesRules: _rules, ...options } = { ...workerOptions, bindings: config.vars };
process.stdout.write(JSON.stringify(options));
