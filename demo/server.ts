/** The page's own server: the page, its files, the state of the third parties, and the proxies to the Worker and to sources. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Asset } from "../src/cli/operator/page/assets.ts";
import type { OperatorPages } from "../src/cli/operator/pages.ts";
import type { AlikeServer } from "./alike/server.ts";
import type { createPassage } from "./passage.ts";
import type { RaceServer } from "./race/raceServer.ts";
import { isOwnOrigin, sendJson } from "./respond.ts";
import type { RunServer } from "./run/server.ts";
import { sendDirect } from "./sources/direct.ts";
import type { Source } from "./sources/server.ts";

/** What a reader's request for the page says. */
export type PageRequest = {
  readonly query: string;
  /** Code of a place. */
  readonly from: string | null;
  readonly direct: boolean;
  readonly headers: IncomingMessage["headers"];
};

export type PageServerParts = {
  readonly passage: ReturnType<typeof createPassage>;
  readonly sources: readonly Source[];
  readonly assets: ReadonlyMap<string, Asset>;
  /** PEM of the authority that signed the sources' certificates. */
  readonly authority: string;
  readonly page: (request: PageRequest) => Promise<string>;
  readonly race: RaceServer;
  readonly run: RunServer;
  readonly operator: OperatorPages;
  readonly alike: AlikeServer;
};

const PAGE_FILE = /^\/page\/([a-zA-Z.-]+)$/;
const SOURCE_ACTION = /^\/sources\/([a-z]+)\/(die|revive)$/;
const DIRECT = /^\/direct\/([a-z]+)\/([^/]+)$/;
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "accept-ch": "Sec-CH-DPR, Sec-CH-Viewport-Width",
  "content-security-policy":
    "default-src 'none'; img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  // With `no-referrer` a browser names no origin when a form is sent, and `isOwnOrigin` refuses that.
  "referrer-policy": "same-origin",
} as const;

/** The server. It does not listen yet. */
export function createPageServer(parts: PageServerParts): Server {
  return createServer((request, response) => {
    if (parts.passage.handle(request, response)) return;
    answer(parts, request, response).catch((error: unknown) => {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
}

async function answer(parts: PageServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://page");
  const asset = parts.assets.get(PAGE_FILE.exec(url.pathname)?.[1] ?? "");
  const [, id, action] = SOURCE_ACTION.exec(url.pathname) ?? [];
  const [, directId, file] = DIRECT.exec(url.pathname) ?? [];
  if (request.method === "POST" && id !== undefined) {
    await act(parts.sources, id, action === "die", request, response, url.searchParams.get("from"));
  } else if (await parts.race.handle(url, request, response)) {
    return;
  } else if (await parts.run.handle(url, request, response)) {
    return;
  } else if (await parts.operator.handle(url, request, response)) {
    return;
  } else if (await parts.alike.handle(url, request.method ?? "", response)) {
    return;
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405).end();
  } else if (url.pathname === "/") {
    const given = url.searchParams;
    const [query, direct] = [given.get("q") ?? "", given.get("direct") === "1"];
    const page = await parts.page({ query, direct, from: given.get("from"), headers: request.headers });
    response.writeHead(200, PAGE_HEADERS).end(page);
  } else if (url.pathname === "/sources.json") {
    sendJson(
      response,
      parts.sources.map(({ trait, alive, asked, askedFor }) => ({ id: trait.id, alive, asked, askedFor })),
    );
  } else if (directId !== undefined && file !== undefined) {
    const source = parts.sources.find(({ trait }) => trait.id === directId);
    sendDirect(source, file, parts.authority, response);
  } else if (asset !== undefined) {
    response.writeHead(200, { "content-type": asset.type, "cache-control": "no-cache" }).end(asset.contents);
  } else {
    response.writeHead(404).end();
  }
}

/** Kills or revives a source, and sends the reader back to the page, at the same place. */
async function act(
  sources: readonly Source[],
  id: string,
  die: boolean,
  request: IncomingMessage,
  response: ServerResponse,
  from: string | null,
): Promise<void> {
  const source = sources.find(({ trait }) => trait.id === id && trait.mortal);
  if (source === undefined || !isOwnOrigin(request)) {
    response.writeHead(403).end();
    return;
  }
  await (die ? source.die() : source.revive());
  const location = from === null ? "/" : `/?${new URLSearchParams({ from })}`;
  response.writeHead(303, { location }).end();
}
