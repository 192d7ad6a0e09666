/** The page's own server: the page, its files, the state of the third parties, and the proxy to the Worker. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { extname, join } from "node:path";
import type { createPassage } from "./passage.ts";
import type { Source } from "./sources/server.ts";

export type PageServerParts = {
  readonly passage: ReturnType<typeof createPassage>;
  readonly sources: readonly Source[];
  /** The page for a query and a place's code. */
  readonly page: (query: string, from: string | null) => Promise<string>;
  /** A race for a place's code. The API server takes `apiMs` for its answer. */
  readonly race: (from: string | null, apiMs: number) => Promise<unknown>;
};

const PAGE_FOLDER = join(import.meta.dirname, "page");
const PAGE_FILE = /^\/page\/([a-z]+\.(?:ts|css|svg))$/;
const SOURCE_ACTION = /^\/sources\/([a-z]+)\/(die|revive)$/;
const TYPES: Readonly<Record<string, string>> = {
  ".ts": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; img-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
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
  const file = PAGE_FILE.exec(url.pathname)?.[1];
  const [, id, action] = SOURCE_ACTION.exec(url.pathname) ?? [];
  if (request.method === "POST" && id !== undefined) {
    await act(parts.sources, id, action === "die", request, response);
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405).end();
  } else if (url.pathname === "/") {
    response
      .writeHead(200, PAGE_HEADERS)
      .end(await parts.page(url.searchParams.get("q") ?? "", url.searchParams.get("from")));
  } else if (url.pathname === "/race.json") {
    sendJson(response, await parts.race(url.searchParams.get("from"), Number(url.searchParams.get("ms")) || 0));
  } else if (url.pathname === "/sources.json") {
    sendJson(
      response,
      parts.sources.map(({ trait, alive, asked }) => ({ id: trait.id, alive, asked })),
    );
  } else if (file !== undefined) {
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "", "cache-control": "no-cache" });
    response.end(await pageFile(file));
  } else {
    response.writeHead(404).end();
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

/** Sends a file of the page. In TypeScript the types are replaced by spaces, so line numbers stay the same. */
async function pageFile(name: string): Promise<string> {
  const text = await readFile(join(PAGE_FOLDER, name), "utf8");
  return name.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
}

async function act(
  sources: readonly Source[],
  id: string,
  die: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const source = sources.find(({ trait }) => trait.id === id && trait.mortal);
  // A page of another site in the same browser must not be able to do this.
  const { origin, host } = request.headers;
  if (source === undefined || (origin !== undefined && origin !== `http://${host}`)) {
    response.writeHead(403).end();
    return;
  }
  await (die ? source.die() : source.revive());
  if (request.headers.accept === "application/json") response.writeHead(204).end();
  else response.writeHead(303, { location: "/" }).end();
}
