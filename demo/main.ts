/**
 * `npm start`: the demo at one local address. `PORT` (default 8790; taken: any free one) and `PHOTOS` (a folder of
 * photographs) are read from the environment. Ctrl-C ends all of it. Exit code 1: it did not
 * start, 2: a variable is wrong.
 */
import { counted } from "../src/cli/counted.ts";
import { WrongSetting } from "./catalogue.ts";
import { type Demo, startDemo } from "./start.ts";

const DEFAULT_PORT = 8790;
const MAX_PORT = 65_535;
const LEAVE_AFTER_MS = 1_500;

let demo: Demo | undefined;
let leaving = false;

function leave(): void {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(0), LEAVE_AFTER_MS).unref();
  const stopped = demo === undefined ? Promise.resolve() : demo.stop();
  stopped.catch(() => undefined).then(() => process.exit(0));
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, leave);

const told = new Set<string>();

/** On a terminal one line that is written over while it grows; elsewhere a line for each phase. */
function progress(phase: string, far?: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${phase}${far === undefined ? "" : `: ${far}`}`);
  else if (phase !== "" && !told.has(phase)) process.stderr.write(`${phase} ...\n`);
  told.add(phase);
}

async function start(port: number): Promise<Demo> {
  return startDemo({ port, photos: process.env.PHOTOS, progress });
}

try {
  const asked = process.env.PORT;
  if (asked !== undefined && !(/^\d{1,5}$/.test(asked) && Number(asked) <= MAX_PORT)) {
    throw new WrongSetting(`PORT cannot be ${asked}: a whole number from 0 to ${MAX_PORT} is needed`);
  }
  demo = await start(Number(asked ?? DEFAULT_PORT)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE" && asked === undefined) return start(0);
    throw error;
  });
  progress("");
  const { entries, from } = demo.catalogue;
  console.log(`Firstlight demo, ${counted(entries.length, "picture")} (${from}): ${demo.url}`);
  console.log("Ctrl-C ends it.");
} catch (error) {
  if (!leaving) {
    progress("");
    console.error(error instanceof Error ? error.message : error);
    process.exit(error instanceof WrongSetting ? 2 : 1);
  }
}
