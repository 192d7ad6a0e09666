/**
 * The race's addresses on the page's server. `/race/start` acts as the API server: it hints, thinks, and answers with a page of
 * pictures. `/race/at/{word}/{path}` is the reader's way to the edge. `/race/end` says what the edges saw. Everything takes
 * the time of its distance.
 */
import { Agent, type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { placeOf } from "../../bench/race/distances.ts";
import type { Picture } from "../../bench/race/pictures/stock.ts";
import type { Catalogue } from "../catalogue.ts";
import { RACE_PLACES } from "../places.ts";
import { isOwnOrigin, sendJson } from "../respond.ts";
import { edgeMomentsOf } from "./moments.ts";
import { newPictures, RACE_PICTURES, type RaceWorld, startRaceWorld } from "./world.ts";

export type RaceServer = {
  /** Answers a request for one of the race's addresses; false for any other. */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  stop(): Promise<void>;
};

/** One page of the race. */
export type RacePage = {
  /** Unix milliseconds of the hint; without one, of the moment in which it would have been sent. */
  readonly hintedAt: number;
  readonly pictures: readonly { readonly src: string; readonly alt: string }[];
  /** Round trips of this page, in milliseconds. */
  readonly trips: { readonly readerEdge: number; readonly edgeRegion: number; readonly edgePrimary: number };
};

const MOST_THINKING_MS = 2_000;
/** A tab that was closed in the middle of a page holds the race no longer. */
const HELD_MS = 15_000;
const PICTURE = /^\/race\/at\/[a-z0-9]+(\/.+)$/;

export function createRaceServer(catalogue: Catalogue): RaceServer {
  const agent = new Agent({ keepAlive: true });
  let starting: Promise<RaceWorld> | undefined;
  let current:
    | { readonly pictures: readonly Picture[]; readonly place: string; readonly distances: boolean }
    | undefined;
  let heldUntil = 0;
  let serial = 0;
  const count = Math.min(RACE_PICTURES, catalogue.entries.length);

  /** Started by the first race. A start that failed is tried again by the next. */
  async function world(): Promise<RaceWorld> {
    starting ??= startRaceWorld(catalogue);
    return starting.catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
  }

  async function start(settings: URLSearchParams): Promise<RacePage> {
    const place = RACE_PLACES.find(({ name }) => name === settings.get("place"))?.name ?? "";
    const distances = settings.get("distances") !== "off";
    const thinkMs = Math.min(Math.max(Number(settings.get("think")) || 0, 0), MOST_THINKING_MS);
    placeOf(place);
    const parts = await world();
    const pictures = newPictures(parts, count);
    await parts.set(place, false);
    await parts.stock.store(pictures);
    await parts.set(place, distances);
    current = { pictures, place, distances };
    const hintedAt = Date.now();
    if (settings.get("warmer") === "on")
      parts.hint(
        pictures.map(({ path }) => path),
        place,
      );
    await wait(thinkMs + parts.legs.readerApi / 2);
    const visit = (serial++).toString(36);
    const { readerEdge, reader } = parts.legs;
    return {
      hintedAt,
      trips: { readerEdge, edgeRegion: reader.region, edgePrimary: reader.primary },
      pictures: pictures.map(({ path, photo }) => ({
        src: `/race/at/${visit}${path}`,
        alt: catalogue.entries[photo]?.title ?? "",
      })),
    };
  }

  async function end(): Promise<unknown> {
    const parts = await world();
    if (current === undefined) return [];
    const { pictures, place } = current;
    const traces = await parts.set(place, false);
    return Promise.all(
      pictures.map(async (picture) => {
        const { rendition } = await parts.stock.namesOf(picture);
        return edgeMomentsOf(traces, picture.path, rendition);
      }),
    );
  }

  /** Passes a picture on. Each direction takes half of the round trip between reader and edge. */
  async function pass(path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const parts = await world();
    const half = parts.legs.readerEdge / 2;
    await wait(half);
    const { hostname, port } = new URL(parts.readerEdge);
    const headers = { accept: incoming.headers.accept ?? "*/*" };
    const onward = requestHttp({ hostname, port, path, headers, agent }, (answer) => {
      setTimeout(() => {
        const type = answer.headers["content-type"] ?? "application/octet-stream";
        // The race's edge has repeated Cache-Status there already.
        const timing = answer.headers["server-timing"] ?? "";
        outgoing.writeHead(answer.statusCode ?? 502, {
          ...{ "content-type": type, "cache-control": "no-store", "timing-allow-origin": "*", "server-timing": timing },
        });
        answer.pipe(outgoing);
      }, half);
    });
    onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    onward.end();
  }

  return {
    async handle(url, request, response) {
      const [, path] = PICTURE.exec(url.pathname) ?? [];
      if (path !== undefined) await pass(path, request, response);
      else if (url.pathname === "/race/start" && request.method === "POST" && isOwnOrigin(request)) {
        if (Date.now() < heldUntil) {
          response.writeHead(409).end();
          return true;
        }
        heldUntil = Number.POSITIVE_INFINITY;
        sendJson(response, await start(url.searchParams).finally(() => (heldUntil = Date.now() + HELD_MS)));
      } else if (url.pathname === "/race/end" && request.method === "POST" && isOwnOrigin(request)) {
        sendJson(response, await end().finally(() => (heldUntil = 0)));
      } else return false;
      return true;
    },
    async stop() {
      agent.destroy();
      await (await starting?.catch(() => undefined))?.stop();
    },
  };
}
