/** `HTTP_SOURCES=upgrade`: an `http://` source is asked over HTTPS first. Hosts without HTTPS are remembered. */
import type { HttpSources } from "../config/config.ts";

const DAY_MS = 86_400_000;

/** A host whose HTTPS did not answer in time may only have been slow, so it is tried again sooner. */
const TIMED_OUT_MS = 600_000;

/** Hosts remembered. When there are more, the oldest is forgotten. */
const MAX_HOSTS = 1_000;

/** Hosts (with port) that answer only without TLS, and until when that is believed. One per isolate, bounded. */
export class HttpsMemory {
  readonly #until = new Map<string, number>();
  readonly #max: number;

  constructor(max = MAX_HOSTS) {
    this.#max = max;
  }

  /** Whether `host` was found to have no HTTPS, lately. */
  isPlainOnly(host: string, now: number): boolean {
    const until = this.#until.get(host);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(host);
    return false;
  }

  /** Notes that `host` failed over HTTPS (`refused` at once, else by taking too long) and then answered over HTTP. */
  notePlainOnly(host: string, refused: boolean, now: number): void {
    this.#until.delete(host);
    this.#until.set(host, now + (refused ? DAY_MS : TIMED_OUT_MS));
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= this.#max) break;
      this.#until.delete(oldest);
    }
  }

  get size(): number {
    return this.#until.size;
  }
}

/** What decides about an upgrade besides the address itself. */
export type UpgradeRules = {
  readonly httpSources: HttpSources;
  /** A source on loopback in development keeps its plain HTTP. */
  readonly loopback: boolean;
  /** Addresses asked in this exchange: an HTTPS twin that redirected to plain HTTP is not asked again. */
  readonly asked: ReadonlySet<string>;
  readonly memory: HttpsMemory;
};

/** The HTTPS twin to ask before `url`, or null when `url` is asked as it is. */
export function secureTwin(url: URL, rules: UpgradeRules, now: number): URL | null {
  if (url.protocol !== "http:" || rules.httpSources !== "upgrade" || rules.loopback) return null;
  if (rules.memory.isPlainOnly(url.host, now)) return null;
  const twin = new URL(url);
  twin.protocol = "https:";
  return rules.asked.has(twin.href) ? null : twin;
}
