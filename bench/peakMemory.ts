/** The most memory that this process has had, in MB of 1 048 576 bytes. Linux only. */
import { readFileSync } from "node:fs";

/**
 * `resourceUsage().maxRSS` is not it: Linux hands that figure on over fork and exec, so a small program started by a large
 * bench would have the bench's. VmHWM begins anew with the program (proc_pid_status(5)). Throws Error where it is missing.
 */
export function peakMegabytes(): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  if (found === null) throw new Error("/proc/self/status has no VmHWM");
  return Number(found[1]) / 1024;
}
