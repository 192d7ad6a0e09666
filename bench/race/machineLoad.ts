/** How busy the machine was: a race on a busy machine measures the machine. */
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** `lateMs`: how late timers of the bench's own process were, 99th percentile. `cpuShare`: of all cores, 0 to 1. */
export type MachineLoad = { readonly lateMs: number; readonly cpuShare: number };

const RESOLUTION_MS = 1;

/** Starts to measure. The function that it gives ends that. */
export function measureLoad(): () => MachineLoad {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const before = cpuTimes();
  return () => {
    delays.disable();
    const after = cpuTimes();
    const cpuShare = 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
    return { lateMs: Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS), cpuShare };
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
