/** An edge as a process of its own, which can be killed (SIGKILL to the whole group) and started again on the same disk. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { EdgeOptions } from "../../src/cli/edge/start.ts";

export type EdgeProcess = { readonly url: string; kill(): Promise<void> };

const READY_MS = 120_000;

/** Starts an edge with these options. `persist` keeps KV, R2, Durable Objects and the cache from one edge to the next. */
export async function startEdgeProcess(
  options: Pick<EdgeOptions, "persist" | "vars" | "settings" | "queueBatch">,
): Promise<EdgeProcess> {
  const program = join(import.meta.dirname, "edgeProgram.ts");
  const child = spawn(process.execPath, [program, JSON.stringify({ ...options, heavy: false })], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = async () => {
    killGroup(child);
    await gone;
  };
  const exit = () => killGroup(child);
  // A signal would end this process without its exit, and leave the group behind.
  const ended = () => process.exit(143);
  process.once("exit", exit).once("SIGTERM", ended);
  gone.then(() => process.off("exit", exit).off("SIGTERM", ended));
  try {
    return { url: await readyUrl(child), kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`the edge is not ready after ${READY_MS} ms`)), READY_MS);
    child.once("exit", (code) => reject(new Error(`the edge ended with ${code}`)));
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      const url = /^ready (\S+)$/m.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
