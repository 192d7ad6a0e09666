/**
 * `npm run demo:catalogue`: imports a catalogue of generated pictures, runs it to the end, and shows it on a page meanwhile.
 * Ctrl-C ends all of it. Exit code 1: it did not start, or the run failed; 2: an argument is wrong.
 */
import { readCommandLine } from "../../src/cli/commandLine.ts";
import { answerHelp, refuse } from "../../src/cli/usage.ts";
import { RUN_PICTURES } from "./manifest.ts";

const USAGE = `Usage: npm run demo:catalogue [-- --pictures ${RUN_PICTURES}] [--port 0] [--leave]
Makes the thumbnails of a catalogue of so many pictures, on four third parties of this machine. The page that it names
shows the run and has a button that kills the Worker. --leave ends it when the run is done.`;
const MOST = 100_000;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, switches, problems } = readCommandLine(argv, { values: ["pictures", "port"], switches: ["leave"] });
const [count, port] = [Number(values.pictures ?? RUN_PICTURES), Number(values.port ?? 0)];
if (!Number.isInteger(count) || count < 1 || count > MOST)
  refuse(USAGE, `--pictures cannot be ${values.pictures}: 1 to ${MOST}`);
if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse(USAGE, `--port cannot be ${values.port}: 0 to 65535`);
if (problems.length > 0) refuse(USAGE, ...problems);

// What follows loads the Worker's runtime: a wrong argument need not wait for it.
const { runInTerminal } = await import("./terminal.ts");
try {
  await runInTerminal(count, port, switches.has("leave"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
