/**
 * `npm start`: the demo at one local address. Ctrl-C ends all of it. Exit code 1: it did not start, 2: a variable or an
 * argument is wrong.
 */
import { counted } from "../src/cli/counted.ts";
import { answerHelp, refuse } from "../src/cli/usage.ts";
import { WrongSetting } from "./catalogue.ts";
import { type Demo, startDemo } from "./start.ts";

const DEFAULT_PORT = 8790;
const DEMO_USAGE = `Usage: [PORT=N] [PHOTOS=FOLDER] npm start
PORT is where the page answers on 127.0.0.1: 0 to 65535, 0 means any free one. The default is ${DEFAULT_PORT}, or any free one if
that is taken. PHOTOS is a folder with .jpg, .png, .webp or .gif files; without it the demo brings its own photographs.`;
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

/** On a terminal one line that shows the progress; elsewhere one line for each phase. */
function progress(phase: string, far?: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${phase}${far === undefined ? "" : `: ${far}`}`);
  else if (phase !== "" && !told.has(phase)) process.stderr.write(`${phase} ...\n`);
  told.add(phase);
}

async function start(port: number): Promise<Demo> {
  return startDemo({ port, photos: process.env.PHOTOS, progress });
}

const argv = process.argv.slice(2);
answerHelp(DEMO_USAGE, argv);
if (argv.length > 0) refuse(DEMO_USAGE, `Unknown argument ${argv[0]}; the settings are variables, PORT and PHOTOS`);

try {
  const asked = process.env.PORT;
  if (asked !== undefined && !(/^\d{1,5}$/.test(asked) && Number(asked) <= MAX_PORT)) {
    throw new WrongSetting(`PORT cannot be ${asked}: a whole number from 0 to ${MAX_PORT} is needed`);
  }
  demo = await start(Number(asked ?? DEFAULT_PORT)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    if (asked === undefined) return start(0);
    const next = Number(asked) < MAX_PORT ? Number(asked) + 1 : DEFAULT_PORT;
    throw new WrongSetting(`PORT=${asked} is taken: give another, such as PORT=${next}, or PORT=0 for any free one`);
  });
  progress("");
  const { entries, from, skipped } = demo.catalogue;
  for (const { file, why } of skipped) console.error(`${file} is left out: ${why}`);
  console.log(`Firstlight demo, ${counted(entries.length, "picture")} (${from}): ${demo.url}`);
  console.log("Ready. Ctrl-C ends it.");
} catch (error) {
  if (!leaving) {
    progress("");
    console.error(error instanceof Error ? error.message : error);
    process.exit(error instanceof WrongSetting ? 2 : 1);
  }
}
