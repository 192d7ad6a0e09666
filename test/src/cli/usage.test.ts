/** Every command of package.json: help, and wrong arguments that are named together with what there is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

type Wrong = readonly [args: readonly string[], named: string, known: string];
type Command = { readonly file: string; readonly wrong: readonly Wrong[]; readonly flags?: readonly string[] };

/** `wrong`: the arguments, the part of the message that names what is wrong, and a part that names what there is. */
const COMMANDS = {
  start: { file: "demo/main.ts", wrong: [[["--port", "1"], "Unknown argument --port", "PORT and PHOTOS"]] },
  "demo:catalogue": {
    file: "demo/run/main.ts",
    wrong: [
      [["--nonsense"], "Unknown argument --nonsense", "known are --pictures, --port, --leave"],
      [["--pictures", "0"], "--pictures cannot be 0", "1 to 100000"],
    ],
  },
  check: { file: ".ci/check.ts", wrong: [[["--nonsense"], "Unknown argument --nonsense", "Usage: npm run check"]] },
  budget: { file: ".ci/budget.ts", wrong: [[["--nonsense"], "Unknown argument --nonsense", "known are --startup"]] },
  "build:wasm": { file: ".ci/build-wasm.ts", wrong: [[["--chek"], "Unknown argument --chek", "known are --check"]] },
  "build:clients": { file: ".ci/build-clients.ts", wrong: [[["url"], "Unknown argument url", "Usage: "]] },
  // Arguments go to vitest, which refuses what it does not know.
  test: { file: ".ci/test.ts", wrong: [] },
  edge: {
    file: "src/cli/edge.ts",
    wrong: [
      [["--nonsense"], "Unknown argument --nonsense", "known are --port, "],
      [["--port", "http"], "--port cannot be http", "0 to 65535"],
    ],
  },
  sign: {
    file: "src/cli/sign.ts",
    wrong: [
      [["--nonsense", "x"], "Unknown argument --nonsense", "known are --endpoint, "],
      [["https://a.test/b", "--settings", "f"], "--settings goes with --explain", "Usage: "],
    ],
  },
  purge: {
    file: "src/cli/purge.ts",
    wrong: [
      [["--nonsense"], "Unknown argument --nonsense", "known are --source, "],
      [["--host", "https://a"], "--host cannot be https://a", "give a host, not a URL"],
      [["--host", "a", "--sweep", "x"], "--sweep cannot be x", "0 to 3600 s"],
    ],
  },
  weather: {
    file: "src/cli/weather.ts",
    wrong: [
      [["sow"], 'cannot be "sow"', "known are show, set"],
      [["show", "--nonsense"], "Unknown argument --nonsense", "known are --endpoint, "],
    ],
  },
  backfill: {
    file: "src/cli/backfill.ts",
    wrong: [
      [["--nonsense", "x"], "Unknown argument --nonsense", "known are --from, "],
      [["--concurrency", "x"], "--concurrency cannot be x", "from 1 to 256"],
    ],
  },
  deploy: {
    file: "src/cli/deploy.ts",
    wrong: [
      [["--domain", "no host"], "--domain must be a host name", "such as img.example.org"],
      [["--regions", "mars"], "--regions must be different ones of", "enam, wnam, weur"],
      [["--destroy", "--dry-run"], "--destroy takes nothing else", "Usage: npm run deploy"],
    ],
  },
  doctor: {
    file: "src/cli/doctor.ts",
    wrong: [
      [[], "The address of one deployment is needed", "such as https://img.example.org"],
      [["https://a.test", "--nonsense"], "Unknown argument --nonsense", "known are --picture"],
    ],
  },
  settings: {
    file: "src/cli/settings.ts",
    wrong: [
      [["change"], 'The first word cannot be "change"', "known are check, get, put"],
      [["put"], "put needs a file", "Usage: npm run settings"],
    ],
  },
  catalogue: {
    file: "src/cli/catalogue.ts",
    wrong: [
      [[], "No command is given", "Usage: npm run catalogue"],
      [["nonsense"], "Unknown command nonsense", "known are plan, import, start"],
      [["attribute", "--nonsense", "x"], "Unknown argument --nonsense", "known are --to, --table, --key-column"],
      [["rebuild"], "One run is needed, 0 are given", "Usage: npm run catalogue -- rebuild RUN"],
    ],
  },
  keys: { file: "src/cli/keys.ts", wrong: [[["rotate"], 'The argument cannot be "rotate"', "known are add, retire"]] },
  figures: { file: "src/cli/figures.ts", wrong: [[["--nonsense"], "Unknown argument --nonsense", "Usage: "]] },
  operator: {
    file: "src/cli/operator.ts",
    wrong: [
      [["--token", "x"], "Unknown argument --token", "known are --endpoint, --account"],
      [["--endpoint", "img.example.org"], "--endpoint must be the deployment", "such as https://img.example.org"],
      [["--account", "mine"], "--account must be an account's id", "32 hex digits"],
    ],
  },
  provider: {
    file: "src/cli/provider.ts",
    wrong: [[["--nonsense"], "Unknown argument --nonsense", "--width"]],
  },
  warmer: {
    file: "warmer/main.ts",
    flags: ["--experimental-ffi", "--disable-warning=ExperimentalWarning"],
    wrong: [[["--nonsense"], "--nonsense", "Usage: "]],
  },
  hint: { file: "warmer/cli/hint.ts", wrong: [[["--nonsense"], "--nonsense", "Usage: "]] },
  replay: { file: "warmer/cli/replay.ts", wrong: [[["--nonsense"], "--nonsense", "Usage: "]] },
  experiment: {
    file: "src/cli/experiment.ts",
    wrong: [[["nonsense"], "No command nonsense", "there are plan and report"]],
  },
  bench: { file: "bench/main.ts", wrong: [[["nonsense"], '"nonsense"', "derive, engine, experiment"]] },
} as const satisfies Readonly<Record<string, Command>>;

/** Scripts without a program of their own: the same with a variable, before a package is packed, and biome. */
const OTHERS = ["test:long", "prepack", "format"];

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

async function run(command: Command, args: readonly string[]) {
  const { file, flags = [] } = command;
  const child = spawn(process.execPath, [...flags, file, ...args], {
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

const COMMAND_ROWS: readonly (readonly [string, Command])[] = Object.entries(COMMANDS);
const WRONG_ROWS = COMMAND_ROWS.flatMap(([name, command]) =>
  command.wrong.map(([args, named, known]) => ({ name, command, args, named, known, line: args.join(" ") })),
);

test("the table has every script of package.json", () => {
  expect([...Object.keys(COMMANDS), ...OTHERS].sort()).toEqual(Object.keys(scripts).sort());
  for (const [name, { file }] of COMMAND_ROWS) expect(scripts[name], name).toContain(file);
});

describe("help: the usage on standard output, exit 0", () => {
  test.each(COMMAND_ROWS)("npm run %s", { timeout: 60_000 }, async (name, command) => {
    const { status, stdout, stderr } = await run(command, ["--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    const call = name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`;
    expect(stdout).toMatch(/^usage: /i);
    expect(stdout).toContain(call);
  });
  test("-h, and among other words", { timeout: 60_000 }, async () => {
    for (const args of [["-h"], ["--nonsense", "--help"], ["--port", "-h"]]) {
      expect(await run(COMMANDS.edge, args)).toMatchObject({ status: 0, stderr: "" });
    }
  });
});

describe("a wrong argument: what is wrong, what there is, exit 2, no stack", () => {
  test.each(WRONG_ROWS)("npm run $name -- $line", { timeout: 60_000 }, async ({ command, args, named, known }) => {
    const { status, stdout, stderr } = await run(command, args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(named);
    expect(stderr).toContain(known);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
