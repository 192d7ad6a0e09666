import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Core of the program under test. */
export const TEST_CORE = 1;
/** Core of the generator, the sink and the bench itself. */
export const LOAD_CORE = 0;

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 3_000;

/** The words before a command line: the core it may use, and a raised priority if that is permitted. */
export type Pinning = {
  readonly taskset: boolean;
  readonly nice: boolean;
  /** Real-time priorities are permitted. */
  readonly fifo: boolean;
};

/** The sink has a core of its own if there are more than two. */
const SINK_CORE = availableParallelism() > 2 ? 2 : LOAD_CORE;

/** Above the generator, which has 1. The sink sleeps unless something has arrived. */
const SINK_PRIORITY = 10;

/**
 * The command line of the sink. It must run as soon as something has arrived, or every push looks late: it has a core
 * of its own, or it runs before the generator on the core that they share.
 */
export function pinnedFirst(pinning: Pinning, command: readonly string[]): string[] {
  const first = pinning.fifo ? ["chrt", "-f", String(SINK_PRIORITY)] : [];
  return pinned(pinning, SINK_CORE, [...first, ...command]);
}

export function pinned(pinning: Pinning, core: number, command: readonly string[]): string[] {
  return [
    ...(pinning.taskset ? ["taskset", "-c", String(core)] : []),
    ...(pinning.nice ? ["nice", "-n", "-15"] : []),
    ...command,
  ];
}

const running = new Set<ChildProcessByStdio<Writable, Readable, Readable>>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/**
 * Linux schedules sessions before processes (autogroup). So a raised priority has no effect until the session has it
 * too. Each child is a session of its own.
 */
function raise(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, "-15");
  } catch {
    // No autogroups, or not permitted: other processes disturb more.
  }
}

/** A child process. Its first line says that it is ready, it responds on standard output, and it ends on SIGTERM. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #pending: string[] = [];
  #errors = "";
  #exit: Promise<number | null>;
  #ended = false;

  constructor(command: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    const [program = "", ...rest] = command;
    this.#process = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], env: environment, detached: true });
    raise(this.pid);
    running.add(this.#process);
    this.#process.stdin.on("error", () => {});
    this.#process.stderr.on("data", (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString("utf8")).slice(-4000);
    });
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#lines.on("line", (line) => {
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) waiting(line);
      else if (this.#pending.length < 1000) this.#pending.push(line);
    });
    this.#exit = new Promise((resolve) => {
      this.#process.on("error", (error) => {
        this.#errors += error.message;
        this.#ended = true;
        resolve(-1);
      });
      this.#process.on("exit", (code) => {
        running.delete(this.#process);
        this.#ended = true;
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /**
   * The next line of its standard output.
   * @throws Error with its standard error if it ends first
   */
  async line(timeoutMs: number = READY_TIMEOUT_MS): Promise<string> {
    const kept = this.#pending.shift();
    if (kept !== undefined) return kept;
    const next = new Promise<string>((resolve) => this.#waiting.push(resolve));
    const gone = this.#exit.then((code) => `\0ended with ${code}`);
    const late = new Promise<string>((resolve) => setTimeout(resolve, timeoutMs, "\0no answer").unref());
    const line = await Promise.race([next, gone, late]);
    if (line.startsWith("\0"))
      throw new Error(`${this.#process.spawnargs.join(" ")}: ${line.slice(1)}\n${this.#errors}`);
    return line;
  }

  /** The first line that starts with "ready". Log lines before it are skipped. */
  async ready(): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (line.startsWith("ready")) return line;
    }
  }

  write(text: string): void {
    this.#process.stdin.write(text);
  }

  exited(): Promise<number | null> {
    return this.#exit;
  }

  /** Sends SIGTERM, then SIGKILL if it does not end. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#exit;
    clearTimeout(timer);
    this.#lines.close();
  }
}

/** CPU time of a process in seconds, all threads, from /proc. NaN without /proc. */
export function cpuSeconds(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    let nanoseconds = 0;
    for (const thread of threads) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
    }
    return nanoseconds / 1e9;
  } catch {
    return Number.NaN;
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
