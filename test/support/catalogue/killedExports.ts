/** An export that is killed again and again, and brought to its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type pg from "pg";
import { expect } from "vitest";

type State = { readonly phase: string; readonly cursor: string; readonly applied: string | null };

/** In which phase each start is killed, as soon as it has got on there. */
const KILLS = ["stage", "stage", "stage", "apply", "apply", "apply", "end"] as const;

/** Starts `node …args` until it comes to its end. Gives where it stood after each kill. */
export async function killedExports(
  client: pg.ClientBase,
  table: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const stateOf = async () => {
    const text = "SELECT phase, cursor, applied FROM firstlight_jobs WHERE name LIKE $1";
    return (await client.query<State>(text, [`% public.${table} %`])).rows[0];
  };
  const seen: string[] = [];
  for (const wanted of KILLS) {
    const before = await stateOf();
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "ignore" });
    const closed = once(child, "close");
    while (wanted !== "end" && child.exitCode === null) {
      const now = await stateOf();
      const hasGotOn = wanted === "stage" ? now?.cursor !== before?.cursor : now?.applied !== before?.applied;
      if (now?.phase === wanted && hasGotOn && child.kill("SIGKILL")) break;
      await new Promise((wake) => setTimeout(wake, 5));
    }
    await closed;
    const state = await stateOf();
    expect(state?.phase).toBe(wanted === "end" ? "done" : wanted);
    seen.push(`${wanted}: ${state?.applied ?? state?.cursor}`);
  }
  return seen;
}
