import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { Clock } from "../clock.ts";
import type { Log } from "../observe/log.ts";
import { MAX_MAP_BYTES, type RegionMap, readRegionMap } from "./regionMap.ts";

const TIMEOUT_MS = 2_000;
/** The shortest time between two requests, ms. A Worker that tells of a version it cannot give must not be asked all the time. */
const PAUSE_MS = 1_000;
/** After so many requests in a row that brought no newer map, the time doubles with each further one, up to `MOST_PAUSE_MS`. */
const QUICK_TRIES = 4;
const MOST_PAUSE_MS = 30_000;
/**
 * When all answers tell of an older map for so long, ms, the Worker has lost its newer one (a new primary bucket). An isolate
 * that is behind the others has caught up far sooner.
 */
const LOST_MS = 300_000;

export type MapFetcherOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** Extra TLS options, those of the pushes. */
  readonly tls: ConnectionOptions;
  /** Gets each new map. Undefined: the fixed table counts again. */
  readonly onMap: (map: RegionMap | undefined) => void;
};

/**
 * Keeps the map of the regions. The answers to pushes tell its version; a newer one is fetched from the Worker that told of
 * it. When that fails, the last good map stays, and the next answer is a reason to try again.
 */
export class MapFetcher {
  /** The map that counts now; undefined = the fixed table. */
  map: RegionMap | undefined;
  fetched = 0;
  failed = 0;
  readonly #options: MapFetcherOptions;
  #isFetching = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Requests in a row that brought no newer map. */
  #inVain = 0;
  /** Since when answers tell of older maps only, ms of the steady clock; undefined = they do not. */
  #olderSince: number | undefined;

  constructor(options: MapFetcherOptions) {
    this.#options = options;
  }

  get version(): number {
    return this.map?.version ?? 0;
  }

  /**
   * A push was answered. @param version of the Worker's map, 0 = it has none @param url of the Worker
   */
  heard(version: number, url: URL): void {
    const now = this.#options.clock.steady();
    if (version >= this.version) this.#olderSince = undefined;
    else this.#olderSince ??= now;
    const isLost = this.#olderSince !== undefined && now - this.#olderSince >= LOST_MS;
    // 0 may come from an isolate that has not read its settings: the Worker is asked before its map is forgotten.
    const isNews = version > this.version || (version === 0 && this.version > 0) || isLost;
    if (!isNews || this.#isFetching) return;
    const pause = PAUSE_MS * 2 ** Math.max(0, this.#inVain - QUICK_TRIES);
    if (now - this.#askedAt < Math.min(MOST_PAUSE_MS, pause)) return;
    this.#askedAt = now;
    this.#isFetching = true;
    this.#inVain++;
    void this.#fetch(url, isLost).finally(() => (this.#isFetching = false));
  }

  /** @param isLost an older map than ours counts too */
  async #fetch(url: URL, isLost: boolean): Promise<void> {
    const { tls, log, onMap } = this.#options;
    const address = new URL(`/regions?v=${this.version}`, url);
    try {
      const answer = await get(address, tls);
      if (answer === null) return;
      const map = readRegionMap(answer);
      if (map === undefined) throw new Error("the answer is no map of regions");
      this.fetched++;
      // An isolate that is behind the others tells of an older map.
      if (map.version < this.version && map.version !== 0 && !isLost) return;
      this.#inVain = 0;
      this.#olderSince = undefined;
      this.map = map.version === 0 ? undefined : map;
      onMap(this.map);
      log.info({ version: map.version, colos: Object.keys(map.colos).length }, "map of the regions");
    } catch (error) {
      this.failed++;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason, version: this.version }, "no newer map of the regions: the last one stays");
    }
  }
}

/** The body of a 200; null for a 204: the map is the one we have. Rejects for everything else. */
function get(url: URL, tls: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { accept: "application/json" };
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const options = { agent: false as const, headers, signal, ...(url.protocol === "https:" ? tls : {}) };
    const sent = send(url, options as Parameters<typeof requestHttps>[1] & object, (response) => {
      const { statusCode } = response;
      if (statusCode !== 200) {
        response.resume();
        if (statusCode === 204) resolve(null);
        else reject(new Error(`status ${statusCode}`));
        return;
      }
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
        if (text.length > MAX_MAP_BYTES) response.destroy(new Error(`over ${MAX_MAP_BYTES} bytes`));
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}
