import { cpus, loadavg, release, totalmem } from "node:os";

/** The machine that figures were measured on. `memory` is in MiB, `load` is the load average of the last minute. */
export function machine(): { cpu: string; cores: number; memory: number; kernel: string; node: string; load: number } {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: Math.round(totalmem() / 1048576),
    kernel: release(),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
