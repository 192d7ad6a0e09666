/** A Worker whose process can be killed, and started again on the same stores. */
import { type Edge, type EdgeOptions, startEdge } from "../../src/cli/edge/start.ts";

export type KillableEdge = {
  /** null while it is dead. Its address changes with each start. */
  readonly edge: Edge | null;
  readonly kills: number;
  /** SIGKILL: the process has no chance to put anything in order. Does nothing when it is dead. */
  kill(): Promise<void>;
  /** Starts it again. Does nothing when it runs. */
  revive(): Promise<void>;
  stop(): Promise<void>;
};

/** `persist`: folder that keeps the stores. */
export async function startKillableEdge(options: EdgeOptions & { readonly persist: string }): Promise<KillableEdge> {
  let edge: Edge | null = await startEdge(options);
  let kills = 0;
  /** One start or end at a time. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => (turn = turn.catch(() => undefined).then(work));
  return {
    get edge() {
      return edge;
    },
    get kills() {
      return kills;
    },
    kill: () =>
      inTurn(async () => {
        const dying = edge;
        if (dying === null) return;
        edge = null;
        kills++;
        if (dying.workerdPid !== undefined) process.kill(dying.workerdPid, "SIGKILL");
        await dying.stop().catch(() => undefined);
      }),
    revive: () =>
      inTurn(async () => {
        // The settings are in the store.
        const { settings: _, ...again } = options;
        edge ??= await startEdge(again);
      }),
    stop: () =>
      inTurn(async () => {
        await edge?.stop();
        edge = null;
      }),
  };
}
