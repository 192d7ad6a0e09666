/**
 * The alternate-picture experiment, for servers that answer searches: half of all lists show, in place of a picture, one
 * that is nearly the same, from another page. It runs in Node and in every other runtime, and answers at once.
 *
 * A mate stands in the list whole: its own picture, title, creator, licence and links. No part of one result is ever shown
 * with a part of another. This module stores and sends nothing.
 */
import { hmacSha256 } from "./hmac.ts";

export type Arm = "original" | "mate";

/** `R`: a result as the server shows it, with everything that belongs to it. */
export type Trial<R extends { readonly id: string }> = {
  /** Name of the experiment. Another name draws anew. */
  readonly experiment: string;
  /** Secret text, so that nobody can compute an assignment from outside. */
  readonly key: string;
  readonly query: string;
  /** A pseudonym of the session. It is in the log line as it is here. */
  readonly session: string;
  readonly results: readonly R[];
  /** The cluster of a picture, and a whole result of the same cluster to show in its place; null = there is none. */
  readonly mateOf: (result: R) => { readonly cluster: string; readonly mate: R } | null;
};

export type Slot = {
  /** Place in the list, from 0. */
  readonly slot: number;
  readonly cluster: string;
  /** The two pictures between which the arm decided. `shown` is in the list. */
  readonly original: string;
  readonly mate: string;
  readonly shown: string;
};

export type Assigned<R> = {
  readonly arm: Arm;
  readonly results: readonly R[];
  readonly slots: readonly Slot[];
  /** A line of JSON for the server's log, without the line feed; null = no slot had a mate, so nothing was decided. */
  readonly log: string | null;
};

/** The probability of each arm. */
export const PROPENSITY = 0.5;

/** The arm of a query in a session: by HMAC-SHA256 with the key, so the same one on every server and at every time. */
export function armOf({
  experiment,
  key,
  query,
  session,
}: Pick<Trial<never>, "experiment" | "key" | "query" | "session">): Arm {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const [first = 0] = hmacSha256(bytes(key), bytes(JSON.stringify([experiment, query, session])));
  return first < 256 * PROPENSITY ? "mate" : "original";
}

/**
 * Decides for a list. A slot has a mate where the mate is another picture, and none of the list or of an earlier slot. The
 * slots are the same in both arms.
 */
export function assign<R extends { readonly id: string }>(trial: Trial<R>): Assigned<R> {
  const { experiment, query, session, results, mateOf } = trial;
  const arm = armOf(trial);
  const taken = new Set(results.map(({ id }) => id));
  const slots: Slot[] = [];
  const shown = results.map((result, slot) => {
    const found = mateOf(result);
    if (found === null || taken.has(found.mate.id)) return result;
    taken.add(found.mate.id);
    const chosen = arm === "mate" ? found.mate : result;
    slots.push({ slot, cluster: found.cluster, original: result.id, mate: found.mate.id, shown: chosen.id });
    return chosen;
  });
  const line = { v: 1, kind: "assigned", experiment, query, session, arm, propensity: PROPENSITY, slots };
  return { arm, results: shown, slots, log: slots.length === 0 ? null : JSON.stringify(line) };
}
