/**
 * A Worker as `wrangler deploy` would upload it, built once per content of `src/`, `wrangler.toml` and the lockfile and kept
 * under `.firstlight/`, so that the second start takes no build.
 */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export type BundleModule = {
  readonly type: "ESModule" | "CompiledWasm" | "Data";
  readonly path: string;
  readonly contents: Uint8Array<ArrayBuffer>;
};

/** `modules`: the entry first. `options`: Miniflare's worker options without sources, from `wrangler.toml`. */
export type Bundle = {
  readonly root: string;
  readonly modules: readonly BundleModule[];
  readonly options: Record<string, unknown>;
};

/** The top of the checkout. */
export const TOP = fileURLToPath(new URL("../../../", import.meta.url));

/** One of the two Workers: its configuration, and the folder under `.firstlight/` where its bundles are. */
type Worker = { readonly config: string; readonly store: string };
const MAIN: Worker = { config: "wrangler.toml", store: "bundle" };
export const HEAVY: Worker = { config: "src/heavy/wrangler.toml", store: "heavy" };

const ENTRY = "worker.js";

const KEPT_BUNDLES = 4;
const OPTIONS_FILE = "bindings.json";
const MODULE_TYPES = { ".js": "ESModule", ".wasm": "CompiledWasm", ".ttf": "Data" } as const;

/** No metrics, no update check, no look-up of the machine's own place: nothing here may need the internet. */
const OFFLINE = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  CI: "1",
} as const;

/** The bundle of this checkout, built when its content is new. Throws with wrangler's own words when that fails. */
export async function loadBundle(worker: Worker = MAIN): Promise<Bundle> {
  const store = join(TOP, ".firstlight", worker.store);
  const root = join(store, await contentHash());
  const built = await stat(join(root, OPTIONS_FILE)).catch(() => undefined);
  if (built === undefined) await build(worker, store, root);
  const typeOf = (name: string) => MODULE_TYPES[extname(name) as keyof typeof MODULE_TYPES];
  const names = (await readdir(root)).filter((name) => typeOf(name) !== undefined);
  names.sort((a, b) => Number(b === ENTRY) - Number(a === ENTRY));
  const modules = await Promise.all(
    names.map(async (name) => ({
      type: typeOf(name),
      path: join(root, name),
      contents: new Uint8Array(await readFile(join(root, name))),
    })),
  );
  // Services of a deployment are not here; who starts the Worker binds what it has.
  const { serviceBindings: _, ...options } = JSON.parse(await readFile(join(root, OPTIONS_FILE), "utf8")) as Record<
    string,
    unknown
  >;
  return { root, modules, options };
}

/** 16 hex digits over names and bytes of everything the bundle is made from. */
async function contentHash(): Promise<string> {
  const hash = createHash("sha256");
  const sources = (await readdir(join(TOP, "src"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(TOP, "src", "cli")) || path.startsWith(join(TOP, "src", "cli", "edge")))
    .sort();
  for (const path of [...sources, join(TOP, "wrangler.toml"), join(TOP, "package-lock.json")]) {
    hash.update(`${path.slice(TOP.length)}\0`).update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 16);
}

async function build({ config }: Worker, store: string, root: string): Promise<void> {
  const run = promisify(execFile);
  const draft = join(store, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin", "wrangler.js");
  const settings = { cwd: TOP, env: { ...process.env, ...OFFLINE }, maxBuffer: 1 << 24 };
  try {
    const [, bindings] = await Promise.all([
      run(process.execPath, [wrangler, "deploy", "--dry-run", "--config", config, "--outdir", draft], settings),
      run(process.execPath, [join(import.meta.dirname, "bindings.ts"), join(TOP, config)], settings),
    ]);
    await writeFile(join(draft, OPTIONS_FILE), bindings.stdout);
    // Two programs may build at once: the first rename wins, the other's draft is the same and is thrown away.
    await rename(draft, root).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await prune(store);
}

async function prune(store: string): Promise<void> {
  const dated = await Promise.all(
    (await readdir(store)).map(async (name) => ({
      path: join(store, name),
      at: (await stat(join(store, name)).catch(() => undefined))?.mtimeMs ?? 0,
      draft: name.startsWith("draft-"),
    })),
  );
  const old = dated.filter((entry) => !entry.draft).sort((a, b) => b.at - a.at);
  await Promise.all(old.slice(KEPT_BUNDLES).map(({ path }) => rm(path, { recursive: true, force: true })));
}
