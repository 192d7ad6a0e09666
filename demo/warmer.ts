/** The demo's warmer: the program that `npm run warmer` starts, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { TOP } from "../src/cli/edge/bundle.ts";

export type DemoWarmer = {
  /** `host:port` for hints. */
  readonly address: string;
  stop(): Promise<void>;
};

/**
 * The demo takes older hints than the 50 ms of production. One machine is browser, API server, warmer, edge and third parties
 * at once, so a hint can be late because the machine is busy.
 */
const MAX_AGE_MS = 5_000;
const DEADLINE_MS = 10_000;
const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 1_200;

/** Starts it on free ports. The Worker at `edgeUrl` serves all regions. Throws when the warmer does not get ready. */
export async function startDemoWarmer(
  edgeUrl: string,
  regions: readonly string[],
  secret: string,
): Promise<DemoWarmer> {
  const child = spawn(process.execPath, [join(TOP, "warmer", "main.ts")], {
    stdio: ["ignore", "pipe", "ignore"],
    env: {
      ...process.env,
      WARM_LISTEN: "127.0.0.1:0",
      METRICS_LISTEN: "127.0.0.1:0",
      WARM_REGIONS: regions.map((region) => `${region}=${edgeUrl}`).join(","),
      WARM_SECRET: secret,
      WARM_MAX_AGE_MS: String(MAX_AGE_MS),
      WARM_DEADLINE_MS: String(DEADLINE_MS),
      WARM_CONNECTIONS: "4",
    },
  });
  // The warmer ends with this process, whatever ends this process.
  process.once("exit", () => child.kill("SIGKILL"));
  try {
    return { address: await readyAddress(child), stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function readyAddress(child: ChildProcess): Promise<string> {
  let output = "";
  const giveUp = AbortSignal.timeout(READY_WITHIN_MS);
  const exited = once(child, "exit", { signal: giveUp }).then(([code]) => {
    throw new Error(`The warmer ended with ${code} before it was ready`);
  });
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const address = /^ready udp:\/\/(\S+)/m.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  exited.catch(() => undefined);
  return Promise.race([ready, exited]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const last = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await gone;
  clearTimeout(last);
}
