/** What the bench tells an isolate, and what it asks of it. */
import type { EdgeTrips } from "../distances.ts";
import type { Phase } from "./delayedBindings.ts";

export type Order = {
  readonly trips: EdgeTrips;
  /** The data centre that this isolate stands in: `SIN`. Empty: as the request says. */
  readonly colo: string;
  /** Requests to a port of loopback go to another one instead: the delayed way to the source. */
  readonly sourcePorts: Readonly<Record<string, number>>;
  readonly trace: boolean;
};

/** One moment in an isolate. `at` is in unix ms, `key` a store key or a path. */
export type TraceEvent = {
  readonly at: number;
  readonly what: string;
  readonly key: string;
  readonly phase: Phase;
};

/** The path of the isolate's control. No picture has it. */
export const CONTROL_PATH = "/race-control";

/** More events of a trace are dropped: nobody reads a waterfall of so many. */
export const MAX_EVENTS = 50_000;

/** `POST`: takes the order. Answers with the events since the last one. Throws Error if the isolate refuses it. */
export async function control(isolate: string, order: Order): Promise<readonly TraceEvent[]> {
  const answer = await fetch(`${isolate}${CONTROL_PATH}`, { method: "POST", body: JSON.stringify(order) });
  if (answer.status !== 200) throw new Error(`the isolate refused its order: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as readonly TraceEvent[];
}
