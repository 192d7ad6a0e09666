/** What the page `/catalogue` shows of the run. */
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";

/** `idle`: nothing has begun. `dead`: the Worker was killed. `failed`: `message` says why. */
export type RunPhase = "idle" | "starting" | "running" | "dead" | "reviving" | "done" | "failed";

export type RunState = {
  readonly phase: RunPhase;
  readonly message: string;
  readonly pictures: number;
  readonly kills: number;
  /** How often the third parties were asked by the Worker, by the host of their addresses. */
  readonly asked: Readonly<Record<string, number>>;
  /** Names of the third parties by host. */
  readonly names: Readonly<Record<string, string>>;
  /** The last one that the Worker gave. */
  readonly status: CatalogueStatus | null;
  /** When the run is done: some of its pictures, as a page names them. */
  readonly samples: readonly { readonly src: string; readonly alt: string }[];
};
