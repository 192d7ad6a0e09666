/**
 * The heavy Worker of a local edge, in a workerd of its own: there it dies alone, as the deployed one does. workerd does not
 * enforce `cpu_ms`, so a watchdog does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Bundle, HEAVY, loadBundle } from "./bundle.ts";

export type Heavy = {
  /** `127.0.0.1:N`, the same after a restart. */
  readonly address: string;
  /** `http://127.0.0.1:N` of its inspector; null unless it is asked for. Another one after a restart. */
  inspector(): string | null;
  /** The process id of its workerd; undefined while none runs. */
  pid(): number | undefined;
  /** Ends it for good. May be called twice. */
  stop(): Promise<void>;
};

/** Under this host workerd takes RPC on an HTTP socket. Miniflare sends it there. */
const RPC_HOST = "miniflare-unsafe-internal-capnp-connect";
/** `cpu_ms` in src/heavy/wrangler.toml. */
const CPU_LIMIT_MS = 3_000;
/** Where the CPU time of a process is not known, this much time counts as too much. */
const WALL_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 500;
const RESTART_AFTER_MS = 20;
const SHORT_LIFE_MS = 250;

export type HeavyOptions = {
  /** An ES module in place of the bundle's own entry, which it can import as `./worker.js`. A test makes it fail. */
  readonly entry?: string;
  /** CPU time without an answer after which it is ended. */
  readonly cpuMs?: number;
  /** With an inspector, and with `gc()` in its isolate: a bench reads its memory. */
  readonly inspected?: boolean;
};

/** Starts it, and starts it anew whenever it ends. Resolves when it listens. `say` takes what it writes. */
export async function startHeavy(
  say: (line: string) => void,
  { entry, cpuMs = CPU_LIMIT_MS, inspected = false }: HeavyOptions = {},
): Promise<Heavy> {
  const config = await writeConfig(await loadBundle(HEAVY), entry, inspected);
  let stopped = false;
  let child: ChildProcess | undefined;
  let address = "127.0.0.1:0";
  let inspector: string | null = null;
  const start = async () => {
    const begun = Date.now();
    child = run(config, address, say, inspected);
    child.once("exit", () => {
      child = undefined;
      // One that ends at once would do so again.
      const after = Date.now() - begun < SHORT_LIFE_MS ? SHORT_LIFE_MS : RESTART_AFTER_MS;
      if (!stopped) setTimeout(restart, after).unref();
    });
    const ports = await portsOf(child);
    address = `127.0.0.1:${ports.http}`;
    inspector = ports.inspector === undefined ? null : `http://127.0.0.1:${ports.inspector}`;
  };
  const restart = () => {
    if (!stopped) start().catch((error: unknown) => say(`The heavy Worker does not start: ${error}`));
  };
  const endWithUs = () => child?.kill("SIGKILL");
  process.once("exit", endWithUs);
  await start();
  const watching = setInterval(
    watchdog(() => child, address, cpuMs),
    LOOK_EVERY_MS,
  );
  watching.unref();
  return {
    address,
    inspector: () => inspector,
    pid: () => child?.pid,
    async stop() {
      stopped = true;
      clearInterval(watching);
      process.off("exit", endWithUs);
      const last = child;
      if (last === undefined) return;
      const gone = new Promise((resolve) => last.once("exit", resolve));
      last.kill("SIGKILL");
      await gone;
    },
  };
}

/** Writes a configuration of workerd beside the bundle: one Worker, one socket. Gives its path. */
async function writeConfig(
  { root, modules, options }: Bundle,
  entry: string | undefined,
  inspected: boolean,
): Promise<string> {
  const kinds = { ESModule: "esModule", CompiledWasm: "wasm", Data: "data" } as const;
  const listed = modules.map(
    ({ path, type }) => `(name = "${basename(path)}", ${kinds[type]} = embed "${basename(path)}")`,
  );
  if (entry !== undefined) listed.unshift(`(name = "entry.js", esModule = ${JSON.stringify(entry)})`);
  const text = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "heavy", worker = (
    modules = [${listed.join(", ")}],
    compatibilityDate = "${options.compatibilityDate}"))],
  sockets = [(name = "http", http = (capnpConnectHost = "${RPC_HOST}"), service = "heavy")],
  v8Flags = [${inspected ? '"--expose-gc"' : ""}]
);
`;
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(root, `heavy-${name}.capnp`);
  await writeFile(path, text);
  return path;
}

/** workerd, which miniflare brings. It tells its ports on descriptor 3. */
function run(config: string, address: string, say: (line: string) => void, inspected: boolean): ChildProcess {
  const workerd = (createRequire(createRequire(import.meta.url).resolve("miniflare"))("workerd") as { default: string })
    .default;
  const inspector = inspected ? ["--inspector-addr=127.0.0.1:0"] : [];
  const args = ["serve", "--experimental", "--control-fd=3", `--socket-addr=http=${address}`, ...inspector, config];
  const child = spawn(workerd, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (lines: string) => lines.trimEnd().split("\n").forEach(say));
  }
  return child;
}

type Event = { readonly event?: string; readonly port?: number };

/** The ports that workerd listens on. It tells that of the inspector first. Rejects when it ends before. */
async function portsOf(child: ChildProcess): Promise<{ readonly http: number; readonly inspector?: number }> {
  let inspector: number | undefined;
  for await (const line of createInterface(child.stdio[3] as Readable)) {
    const { event, port } = JSON.parse(line) as Event;
    if (event === "listen-inspector") inspector = port;
    if (event === "listen" && port !== undefined) return { http: port, ...(inspector && { inspector }) };
  }
  throw new Error("workerd ended before it listened");
}

/** Ends the process when it answers nothing and has used its CPU time since it last did. Its start is not counted. */
function watchdog(childOf: () => ChildProcess | undefined, address: string, cpuMs: number): () => Promise<void> {
  let known: number | undefined;
  let hasAnswered = false;
  let since = { cpu: 0, at: 0 };
  return async () => {
    const child = childOf();
    const pid = child?.pid;
    if (child === undefined || pid === undefined) return;
    if (pid !== known) hasAnswered = false;
    const isNew = pid !== known;
    known = pid;
    const isAnswering = await answers(address);
    hasAnswered ||= isAnswering;
    const cpu = cpuOf(pid);
    if (isNew || isAnswering) since = { cpu: cpu ?? 0, at: Date.now() };
    const isOver = hasAnswered && cpu !== null ? cpu - since.cpu > cpuMs : Date.now() - since.at > WALL_LIMIT_MS;
    if (isOver && pid === childOf()?.pid) child.kill("SIGKILL");
  };
}

function answers(address: string): Promise<boolean> {
  return fetch(`http://${address}/`, { signal: AbortSignal.timeout(LOOK_EVERY_MS) }).then(
    async (answer) => (await answer.text()) !== "",
    () => false,
  );
}

/** Linux counts in ticks of a hundredth of a second (proc(5)). */
const TICK_MS = 10;

/** CPU time of a process so far, in milliseconds. Null where /proc is missing, and for a process that has ended. */
function cpuOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return null;
  }
}
