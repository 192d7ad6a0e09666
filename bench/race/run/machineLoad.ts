/** How busy the machine was: a race on a busy machine measures the machine. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";

export type MachineLoad = {
  /** How late timers of the bench's own process were, 99th percentile. */
  readonly lateMs: number;
  /** Of all cores, 0 to 1: everything on the machine. */
  readonly cpuShare: number;
  /** CPU seconds of this process and what it has started, by program. Empty where /proc is missing. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
};

const RESOLUTION_MS = 1;
/** Of /proc/PID/stat. */
const TICKS_PER_SECOND = 100;

/** Starts to measure. The function that it gives ends that. */
export function measureLoad(): () => MachineLoad {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const before = cpuTimes();
  const own = ownTimes();
  return () => {
    delays.disable();
    const after = cpuTimes();
    const cpuShare = 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
    const lateMs = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
    const cpuSeconds: Record<string, number> = {};
    for (const [pid, { name, seconds }] of ownTimes()) {
      cpuSeconds[name] = (cpuSeconds[name] ?? 0) + seconds - (own.get(pid)?.seconds ?? 0);
    }
    return { lateMs, cpuShare, cpuSeconds };
  };
}

function cpuTimes(): { idle: number; all: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}

type Process = { readonly parent: number; readonly name: string; readonly seconds: number };

/** CPU seconds of this process and of all below it, children that have ended included. */
function ownTimes(): ReadonlyMap<number, Process> {
  const all = new Map(processIds().flatMap((pid) => readProcess(pid)));
  const isOwn = (pid: number): boolean => {
    if (pid === process.pid) return true;
    const parent = all.get(pid)?.parent;
    return parent !== undefined && parent > 1 && isOwn(parent);
  };
  return new Map([...all].filter(([pid]) => isOwn(pid)));
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Empty for a process that has just ended. */
function readProcess(pid: number): [number, Process][] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = pid === process.pid ? "bench" : stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    // From the third field on: state, parent, …; 14 to 17 are the times of itself and of its ended children.
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0);
    return [[pid, { parent: fields[1] ?? 0, name, seconds: ticks / TICKS_PER_SECOND }]];
  } catch {
    return [];
  }
}
