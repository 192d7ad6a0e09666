/** Runs a program in its own process group, and lists the processes of the group. Only on Linux: it reads /proc. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { TOP } from "../../src/cli/edge/bundle.ts";

export type Running = {
  readonly child: ChildProcess;
  /** Process group id. */
  readonly group: number;
  /** Standard output and standard error so far. */
  output(): string;
  errors(): string;
};

/** Runs `npm …` at the top of the checkout. When the test ends, the whole group is killed in any case. */
export function startNpm(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn("npm", args, {
    cwd: TOP,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const group = child.pid ?? 0;
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (errors += chunk));
  onTestFinished(() => {
    try {
      process.kill(-group, "SIGKILL");
    } catch {
      // The group has ended already, as it should.
    }
  });
  return { child, group, output: () => output, errors: () => errors };
}

/** The processes of a group, as pid and command name. Zombies are left out. */
export function membersOf(group: number): { pid: number; name: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, "utf8");
        const [state, , pgrp] = text.slice(text.lastIndexOf(")") + 2).split(" ");
        const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
        return Number(pgrp) === group && state !== "Z" ? [{ pid: Number(pid), name }] : [];
      } catch {
        return [];
      }
    });
}

/** Waits until `what` gives something other than undefined or false, and gives that. Throws after `withinMs`. */
export async function until<T>(what: () => T | undefined | false, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = what();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`The condition did not hold within ${withinMs} ms`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
