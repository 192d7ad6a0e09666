/** The cost of the hostile files of the corpus: CPU time and memory of the answer, whatever the answer is. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Runner } from "./runners.ts";
import { cpuMillis } from "./workerd.ts";

const SETTINGS = { format: "webp", side: 640, quality: 75 } as const;

export type HostileResult = {
  readonly files: number;
  readonly worstMs: number;
  readonly worstMb: number;
  readonly slowest: string;
};

/** Makes each file once, with fresh instances. A refusal counts too: the bench Worker then answers 500 with the reason. */
export async function measureHostile(
  ours: Runner,
  forget: () => Promise<void>,
  folder: string,
): Promise<HostileResult> {
  let [worstMs, worstMb, slowest] = [0, 0, ""];
  const files = readdirSync(folder);
  for (const file of files) {
    await forget();
    const before = cpuMillis(ours.pid);
    const { memory } = await ours.make(join(folder, file), SETTINGS, 1).catch(() => ({ memory: 0 }));
    const ms = cpuMillis(ours.pid) - before;
    if (ms > worstMs) [worstMs, slowest] = [ms, file];
    worstMb = Math.max(worstMb, memory / (1024 * 1024));
  }
  return { files: files.length, worstMs, worstMb, slowest };
}
