/** The memory of a process, as the kernel counts it. Linux only. */
import { readFileSync } from "node:fs";

/**
 * Bytes of a process, `self` for this one: resident now (VmRSS), or at most so far (VmHWM, proc_pid_status(5)). Throws Error
 * when there is no such process. `resourceUsage().maxRSS` is not the same as VmHWM: Linux hands it on over fork and exec, so a
 * small program that a large bench starts would have the bench's.
 */
export function processBytes(pid: number | "self", field: "VmRSS" | "VmHWM"): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (found === null) throw new Error(`/proc/${pid}/status has no ${field}`);
  return 1024 * Number(found[1]);
}
