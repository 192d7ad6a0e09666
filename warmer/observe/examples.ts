import type { Log } from "./log.ts";

/** Time between two examples of the same reason, ms. */
export const EXAMPLE_EVERY_MS = 60_000;

/** The most reasons that are remembered. They come from outside. */
const MAX_REASONS = 64;

/** Segments of a path that are names of the grammar. */
const PLAIN_SEGMENT = /^(?:_|plain|https?:|unsafe)$/;
/** An option such as `rs:fit:320:320`. Longer values may be an address. */
const OPTION_SEGMENT = /^[a-z_]{1,24}(?::[\w.-]{0,12}){1,8}$/i;
const EXTENSION = /\.[a-z0-9]{2,5}$/i;

/**
 * A path without signature, host and names: `/…/rs:fit:320:320/plain/https:/…/….jpg`. A log must not tell what readers
 * look at, and a signature is worth as much as a key.
 */
export function maskPath(path: string): string {
  const [address = ""] = path.split("?");
  const segments = address.split("/").map((segment, at, all) => {
    if (segment === "" || PLAIN_SEGMENT.test(segment) || OPTION_SEGMENT.test(segment)) return segment;
    return at === all.length - 1 ? `…${EXTENSION.exec(segment)?.[0] ?? ""}` : "…";
  });
  // How deep the source's folders are tells nothing.
  return segments.join("/").replaceAll(/(?:…\/){2,}/g, "…/");
}

/**
 * Logs what the edge refused or could not make: for each reason one masked example, at most once a minute, with the
 * number of hints since the last one. Pure but for the log: `now` is ms of a steady clock.
 */
export class ExampleLog {
  readonly #region: string;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #kept = new Map<string, { hints: number; quietUntil: number }>();

  constructor(region: string, log: Log, now: () => number) {
    this.#region = region;
    this.#log = log;
    this.#now = now;
  }

  /** @param path as it was pushed */
  add(outcome: string, reason: string, path: string): void {
    const key = `${outcome} ${reason}`;
    const now = this.#now();
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      if (this.#kept.size >= MAX_REASONS) return;
      kept = { hints: 0, quietUntil: Number.NEGATIVE_INFINITY };
      this.#kept.set(key, kept);
    }
    kept.hints++;
    if (now < kept.quietUntil) return;
    const fields = { region: this.#region, outcome, reason, hints: kept.hints, example: maskPath(path) };
    this.#log.info(fields, "the edge did not make hints");
    kept.hints = 0;
    kept.quietUntil = now + EXAMPLE_EVERY_MS;
  }
}
