/**
 * Live settings: what an operator changes without a deployment, one JSON value in KV under `settings`
 * (liveSettings.ts says what it may hold). Every isolate keeps its text for a short while, so a takedown holds
 * everywhere within SETTINGS_MAX_AGE_MS plus KV's own delay.
 */
import { withTimeout } from "../concurrency/timeout.ts";

export const SETTINGS_KEY = "settings";
/** From this age on, a request asks for newer ones beside its work; from the next on, it waits for them. */
export const SETTINGS_REFRESH_MS = 20_000;
export const SETTINGS_MAX_AGE_MS = 60_000;
/** KV's own lower bound for cacheTtl is 30 s. */
const KV_CACHE_TTL_SECONDS = 30;
/** A KV that hangs counts as a KV that fails; in milliseconds. */
const KV_WAIT_MS = 1_000;

export type SettingsSources = {
  /** The part of a KV namespace that is read here. A getter is asked only when the text is to be read anew. */
  readonly kv: { get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null> } | undefined;
  /** Has the takedowns too; asked when KV fails and the isolate knows none yet. */
  readonly ledger?: () => Promise<string | null>;
  /** Unix ms. */
  readonly now: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
};

/** One isolate's copy of the settings' text; `null` = none stored. */
export class SettingsCache {
  #text: string | null = null;
  #readAt: number | null = null;
  #reading: Promise<string | null> | null = null;

  /**
   * The text, never older than SETTINGS_MAX_AGE_MS unless KV fails. Then the last known one stays in force: forgetting a
   * takedown because KV is down would be worse than serving an old one.
   */
  async get(sources: SettingsSources): Promise<string | null> {
    const { now, waitUntil } = sources;
    const age = this.#readAt === null ? Number.POSITIVE_INFINITY : now - this.#readAt;
    // A negative age means that the clock jumped back: what was read then may be of any age.
    if (age >= 0 && age < SETTINGS_REFRESH_MS) return this.#text;
    const { kv } = sources;
    if (kv === undefined) return this.#text;
    this.#reading ??= this.#read(kv, sources);
    if (age < 0 || age >= SETTINGS_MAX_AGE_MS) return this.#reading;
    waitUntil(this.#reading);
    return this.#text;
  }

  /** Takes over settings that this isolate itself has just written. */
  replace(text: string | null, now: number): void {
    this.#text = text;
    this.#readAt = now;
  }

  async #read(kv: NonNullable<SettingsSources["kv"]>, { now, ledger }: SettingsSources): Promise<string | null> {
    try {
      const read = kv.get(SETTINGS_KEY, { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS });
      this.replace(await withTimeout(read, KV_WAIT_MS), now);
    } catch {
      // Keep what we have; the next request past the refresh age asks again.
      if (this.#readAt === null && ledger !== undefined) await this.#readLedger(ledger, now);
    } finally {
      this.#reading = null;
    }
    return this.#text;
  }

  /** Its age makes the next request refresh it beside its work. */
  async #readLedger(ledger: () => Promise<string | null>, now: number): Promise<void> {
    try {
      this.replace(await withTimeout(ledger(), KV_WAIT_MS), now - SETTINGS_REFRESH_MS);
    } catch {
      // Nobody can say what was taken down: we go on serving pictures.
    }
  }
}
