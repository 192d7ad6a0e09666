/** Starts a workerd process with the measured Worker, and reads its CPU time. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";

export type Workerd = {
  readonly url: string;
  readonly pid: number;
  /** Every WebAssembly module in the bundle: its path below the repository and its bytes. */
  readonly wasm: ReadonlyMap<string, Uint8Array>;
  stop(): Promise<void>;
};

const ROOT = resolve(import.meta.dirname, "../..");

/** Bundles the Worker at `entry` (absolute path) and starts workerd with it. */
export async function startWorkerd(entry: string): Promise<Workerd> {
  const { script, wasm } = await bundle(entry);
  const before = children();
  const modules = [
    { type: "ESModule", path: "worker.js", contents: script },
    ...[...wasm].map(([path, contents]) => ({ type: "CompiledWasm", path, contents })),
  ];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules,
      modulesRoot: "/",
      compatibilityDate: "2026-11-09",
      cf: false,
      log: new Log(LogLevel.NONE),
      logRequests: false,
      telemetry: { enabled: false },
    } as unknown as V4MiniflareOptions),
  );
  const { origin } = await miniflare.ready;
  const pid = children().find((child) => !before.includes(child));
  if (pid === undefined) throw new Error("no workerd process among our children (this bench reads /proc)");
  return { url: origin, pid, wasm, stop: () => miniflare.dispose() };
}

/** CPU milliseconds (user and system, all threads) that a process has used, in ticks of 10 ms. */
export function cpuMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function children(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(join("/proc", name, "stat"), "utf8");
        return (
          stat.includes("(workerd)") && stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(process.pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function bundle(entry: string) {
  const wasm = new Map<string, Uint8Array>();
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".wasm": "empty" },
    plugins: [
      {
        name: "wasm-modules",
        setup(builder) {
          builder.onResolve({ filter: /\.wasm$/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
            if (pluginData === "found") return null;
            const found = await builder.resolve(path, { importer, kind, resolveDir, pluginData: "found" });
            // Modules are named by their path, because several of ours are called decoder.wasm.
            const name = relative(ROOT, found.path);
            wasm.set(name, new Uint8Array(readFileSync(found.path)));
            return { path: `./${name}`, external: true };
          });
        },
      },
    ],
  });
  return { script: result.outputFiles[0]?.text ?? "", wasm };
}
