/** All engines behind one interface. Each engine has a process, whose CPU time is read before and after a job. */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NOTHING_MORE } from "../../src/request/transform.ts";
import { WIDE_LIMITS } from "../limits.ts";
import type { Job } from "./jobs.ts";
import type { SharpJob } from "./sharpChild.ts";
import { cpuMillis, startWorkerd, type Workerd } from "./workerd.ts";

export type Made = {
  readonly bytes: number;
  readonly picture: Uint8Array;
  readonly memory: number;
  readonly modules: string;
};

/** The thumbnail to make of a file. */
export type Settings = {
  readonly format: "webp" | "jpeg" | "png";
  readonly side: number;
  readonly quality: number;
};

export type Runner = {
  readonly name: string;
  readonly pid: number;
  /** Makes the thumbnail of the file `times` times. */
  make(file: string, settings: Settings, times: number): Promise<Made>;
};

/** An engine with a process of its own. */
export type Started = { readonly runner: Runner; stop(): Promise<void> | void };

/** libwebp's effort, 0..6, for our engine with libwebp's encoder and for sharp. 4 is its default. */
const LIBWEBP_METHOD = 4;

/** Starts a workerd with our engine, one with photon and jSquash, and a sharp process. Gives a runner for each engine. */
export async function startProcesses() {
  const workerd = await startWorkerd(join(import.meta.dirname, "worker.ts"));
  const baseline = await startWorkerd(join(import.meta.dirname, "baselineWorker.ts"));
  const child = await startSharp();
  return {
    workerd,
    ours: inWorkerd(workerd, "auto"),
    libwebp: inWorkerd(workerd, "libwebp"),
    photon: inWorkerd(baseline, "photon"),
    jsquash: inWorkerd(baseline, "jsquash"),
    sharp: child.runner,
    /** Drops every WebAssembly instance of our engine. */
    async forget() {
      await fetch(workerd.url, { method: "DELETE" });
    },
    async stop() {
      child.stop();
      await Promise.all([workerd.stop(), baseline.stop()]);
    },
  };
}

/** Starts a process with native sharp. */
export async function startSharp(): Promise<Started> {
  const child = fork(join(import.meta.dirname, "sharpChild.ts"), { stdio: "inherit" });
  await nextMessage(child);
  return { runner: inSharp(child), stop: () => void child.kill() };
}

/** An engine of a Worker that `serveJobs` serves. */
export function inWorkerd({ url, pid }: Workerd, engine: Job["engine"]): Runner {
  return {
    name: engine,
    pid,
    async make(file, { format, side, quality }, times) {
      const transform: Job["transform"] = {
        resize: "fit",
        width: side,
        height: side,
        dpr: 1,
        enlarge: false,
        gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
        crop: null,
        background: null,
        quality,
        format,
        autoRotate: true,
        rotate: 0,
        extend: null,
        extendColour: null,
        ...NOTHING_MORE,
        keepCopyright: "none",
        license: null,
        maxFrames: 1,
      };
      const job: Job = { transform, format, limits: WIDE_LIMITS, engine, effort: LIBWEBP_METHOD, times };
      const headers = { "x-job": JSON.stringify(job) };
      const answer = await fetch(url, { method: "POST", body: readFileSync(file), headers });
      const picture = new Uint8Array(await answer.arrayBuffer());
      if (answer.status !== 200) throw new Error(`${engine}, ${file}: ${new TextDecoder().decode(picture)}`);
      return {
        bytes: picture.length,
        picture,
        memory: Number(answer.headers.get("x-memory")),
        modules: answer.headers.get("x-modules") ?? "",
      };
    },
  };
}

function inSharp(child: ChildProcess): Runner {
  return {
    name: "sharp",
    pid: child.pid ?? 0,
    async make(file, { format, side, quality }, times) {
      if (format === "png") throw new Error("sharp is not measured for PNG output");
      const job: SharpJob = { file, format, side, quality, method: LIBWEBP_METHOD, times };
      child.send(job);
      const { base64 } = (await nextMessage(child)) as { base64: string };
      const picture = Buffer.from(base64, "base64");
      return { bytes: picture.length, picture, memory: 0, modules: "" };
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the sharp process ended with ${code}`));
    child.once("exit", gone);
    child.once("message", (message) => {
      child.off("exit", gone);
      resolve(message);
    });
  });
}

/** Length of a batch. The kernel counts in ticks of 10 ms, so one tick is a few percent of a batch. */
const BATCH_MS = 300;

export type Timed = { readonly ms: number; readonly bytes: number };

/** One thing to be timed. `file` is for a runner that does not read the format: the same picture in another one. */
export type Entry = { readonly runner: Runner; readonly settings: Settings; readonly file?: string };

/** The least CPU milliseconds of each entry for one file, of `rounds` batches. The entries take turns (A B A B). */
export async function timeInTurn(entries: readonly Entry[], file: string, rounds: number): Promise<Timed[]> {
  const times: number[] = [];
  const bytes: number[] = [];
  for (const { runner, settings, file: own = file } of entries) {
    bytes.push((await runner.make(own, settings, 1)).bytes);
    const before = cpuMillis(runner.pid);
    await runner.make(own, settings, 1);
    times.push(Math.max(1, Math.ceil(BATCH_MS / Math.max(10, cpuMillis(runner.pid) - before))));
  }
  const best = entries.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { runner, settings, file: own = file }] of entries.entries()) {
      const before = cpuMillis(runner.pid);
      await runner.make(own, settings, times[i] ?? 1);
      best[i] = Math.min(best[i] ?? 0, (cpuMillis(runner.pid) - before) / (times[i] ?? 1));
    }
  }
  return best.map((ms, i) => ({ ms, bytes: bytes[i] ?? 0 }));
}
