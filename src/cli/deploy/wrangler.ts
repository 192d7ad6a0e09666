/** Runs wrangler, and shows each command that it runs. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { TOP } from "./deployment.ts";

/** What a command printed. `text` has both streams, for people; `out` is standard output alone, for parsers. */
export type Ran = { readonly ok: boolean; readonly out: string; readonly text: string };

export type Wrangler = {
  /** A command that changes nothing. */
  read(args: readonly string[]): Promise<Ran>;
  /** A command that changes something. */
  write(args: readonly string[]): Promise<Ran>;
};

/** A command that failed where it must not. */
export class CommandFailed extends Error {
  readonly command: string;

  constructor(args: readonly string[], { text }: Ran) {
    super(reasonOf(text));
    this.command = commandOf(args);
  }
}

/** wrangler must not ask questions, colour its answers or look for newer versions of itself. */
const QUIET = { CI: "1", NO_COLOR: "1", WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" };

/** The real wrangler of this checkout. `env` is over that of this process; `say` gets each command before it runs. */
export function realWrangler(env: Readonly<Record<string, string>>, say: (line: string) => void): Wrangler {
  const run = (args: readonly string[]) => {
    say(`$ ${commandOf(args)}`);
    return runCommand(args, { ...process.env, ...QUIET, ...env });
  };
  return { read: run, write: run };
}

/** A Wrangler that reads with `wrangler` and only shows what it would write. */
export function showingWrites(wrangler: Wrangler, say: (line: string) => void): Wrangler {
  return {
    read: wrangler.read,
    async write(args) {
      say(`would run: ${commandOf(args)}`);
      return { ok: true, out: "", text: "" };
    },
  };
}

/** Reads an account in which there is nothing. */
export const unknownAccount: Wrangler = {
  read: async (args) => {
    const isList = args.includes("list");
    return isList ? { ok: true, out: "[]", text: "[]" } : { ok: false, out: "", text: "does not exist" };
  },
  write: async () => ({ ok: false, out: "", text: "an unknown account cannot be changed" }),
};

/** The answer of a command that may not fail. Throws CommandFailed. */
export async function succeed(ran: Promise<Ran>, args: readonly string[]): Promise<Ran> {
  const answer = await ran;
  if (!answer.ok) throw new CommandFailed(args, answer);
  return answer;
}

/** As a person types it. */
export function commandOf(args: readonly string[]): string {
  const words = args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["npx wrangler", ...words].join(" ");
}

function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(TOP, "node_modules/.bin/wrangler"), args, {
      cwd: TOP,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, text] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      out += piece;
      text += piece;
    });
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, out, text }));
  });
}

/** The part of an error message that says what is wrong. */
function reasonOf(text: string): string {
  const lines = text
    .replace(/\u001b\[[\d;]*m/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*✘ \[ERROR\]\s*/, "").trim());
  return lines
    .filter((line) => line !== "" && !/^(If you think this is a bug|🪵|Note that there is)/u.test(line))
    .join(" ");
}
