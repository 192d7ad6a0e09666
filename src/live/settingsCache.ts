/**
 * Live settings: what an operator changes without a deployment, one JSON value in KV under `settings`
 * (`config/live.ts` says what it may hold). Every isolate keeps its text for a short while, so a takedown holds
 * everywhere within SETTINGS_MAX_AGE_MS plus KV's own delay.
 */
import { withTimeout } from "../concurrency/timeout.ts";

export const SETTINGS_KEY = "settings";
/** From this age on a request asks for newer ones beside its work; from the next on it waits for them. */
export const SETTINGS_REFRESH_MS = 20_000;
export const SETTINGS_MAX_AGE_MS = 60_000;
/** KV's own lower bound for cacheTtl is 30 s. */
const KV_CACHE_TTL_SECONDS = 30;
/** A KV that hangs is a KV that fails; in milliseconds. */
const KV_WAIT_MS = 1_000;

/** The part of a KV namespace that is read here. */
type TextStore = { get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null> };

/** One isolate's copy of the settings' text; `null` = none stored. */
export class SettingsCache {
  #text: string | null = null;
  #readAt: number | null = null;
  #reading: Promise<string | null> | null = null;

  /**
   * The text, never older than SETTINGS_MAX_AGE_MS unless KV fails, when the last known one holds on: forgetting a
   * takedown because KV is down would be worse than serving an old one. An isolate that knows none yet when KV fails
   * takes them from `ledger`, which has the takedowns too. `now` in unix milliseconds.
   */
  async get(
    store: TextStore | undefined,
    now: number,
    later: (work: Promise<unknown>) => void,
    ledger?: () => Promise<string | null>,
  ): Promise<string | null> {
    if (store === undefined) return this.#text;
    const age = this.#readAt === null ? Number.POSITIVE_INFINITY : now - this.#readAt;
    // A negative age is a clock that jumped back: what was read then may be of any age.
    if (age >= 0 && age < SETTINGS_REFRESH_MS) return this.#text;
    this.#reading ??= this.#read(store, now, ledger);
    if (age < 0 || age >= SETTINGS_MAX_AGE_MS) return this.#reading;
    later(this.#reading);
    return this.#text;
  }

  /** Takes over settings this isolate itself has just written. */
  replace(text: string | null, now: number): void {
    this.#text = text;
    this.#readAt = now;
  }

  async #read(store: TextStore, now: number, ledger?: () => Promise<string | null>): Promise<string | null> {
    try {
      const read = store.get(SETTINGS_KEY, { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS });
      this.replace(await withTimeout(read, KV_WAIT_MS), now);
    } catch {
      // Keep what we have; the next request past the refresh age asks again.
      if (this.#readAt === null && ledger !== undefined) await this.#readLedger(ledger, now);
    } finally {
      this.#reading = null;
    }
    return this.#text;
  }

  /** As old as to be refreshed beside the next request's work. */
  async #readLedger(ledger: () => Promise<string | null>, now: number): Promise<void> {
    try {
      this.replace(await withTimeout(ledger(), KV_WAIT_MS), now - SETTINGS_REFRESH_MS);
    } catch {
      // Nobody can say what was taken down: pictures go on being served.
    }
  }
}
