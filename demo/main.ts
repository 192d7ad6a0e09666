/**
 * `npm start`: the demo at one local address. `PORT` (default 8790; taken: any free one) and `PHOTOS` (a folder of
 * photographs) are read from the environment. Ctrl-C ends all of it.
 */
import { type Demo, startDemo } from "./start.ts";

const DEFAULT_PORT = 8790;
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

let told = false;

/** On a terminal one line that is written over while it grows; elsewhere only the first of them. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  else if (!told && line !== "") process.stderr.write(`${line} (once; kept in .firstlight/)\n`);
  told = true;
}

async function start(port: number): Promise<Demo> {
  return startDemo({ port, photos: process.env.PHOTOS, progress });
}

try {
  const asked = process.env.PORT;
  if (asked !== undefined && !/^\d{1,5}$/.test(asked)) throw new Error(`PORT cannot be ${asked}: a number is needed`);
  demo = await start(Number(asked ?? DEFAULT_PORT)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE" && asked === undefined) return start(0);
    throw error;
  });
  progress("");
  const { entries, from } = demo.catalogue;
  console.log(`Firstlight demo, ${entries.length} pictures (${from}): ${demo.url}`);
  console.log("Ctrl-C ends it.");
} catch (error) {
  if (!leaving) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
