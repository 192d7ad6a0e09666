/**
 * A stand-in for the platform's API on 127.0.0.1, for the real wrangler (`CLOUDFLARE_API_BASE_URL`). It keeps an account,
 * records every request, and fails at a chosen write.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Account, emptyAccount } from "./platform/account.ts";
import { ApiError } from "./platform/apiError.ts";
import { type Call, RawText, ROUTES } from "./platform/routes.ts";

const ACCOUNT_ID = "00000000000000000000000000000acc";
const ACCOUNT = `/client/v4/accounts/${ACCOUNT_ID}/`;

/** How a write fails: refused without an effect, or done and the answer lost. */
export type Break = { readonly at: number; readonly how: "refused" | "lost" };

export type Platform = {
  readonly account: Account;
  /** Every request in its order: `PUT workers/scripts/firstlight`. */
  readonly requests: readonly string[];
  /** Those that change something. */
  writes(): readonly string[];
  /** The environment that points wrangler here. */
  readonly env: Readonly<Record<string, string>>;
  /** The writes from the one with this number on fail (counted from 0 from now on), until it is called with null. */
  breakAt(where: Break | null): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export async function startPlatform(account: Account = emptyAccount()): Promise<Platform> {
  const requests: string[] = [];
  let broken: Break | null = null;
  let count = 0;
  const server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    const call = await readCall(request, account);
    const { pathname } = new URL(url, "http://stand-in");
    const path = pathname.startsWith(ACCOUNT) ? pathname.slice(ACCOUNT.length) : pathname;
    requests.push(`${method} ${path}`);
    const fails = broken !== null && isWrite(method, path) && count++ >= broken.at;
    response.setHeader("content-type", "application/json");
    try {
      if (fails && broken?.how === "refused") throw new ApiError(403, 10000, "Authentication error");
      const result = pageOf(answer(method, path, call), call.query);
      if (fails) return void response.destroy();
      if (result instanceof RawText) return void response.end(result.text);
      response.end(
        JSON.stringify({ success: true, errors: [], messages: [], result: result ?? {}, result_info: ONE_PAGE }),
      );
    } catch (error) {
      const { status, code, message } = error instanceof ApiError ? error : new ApiError(500, 1, String(error));
      response.statusCode = status;
      response.end(JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    account,
    requests,
    writes: () => requests.filter((line) => isWrite(...(line.split(" ") as [string, string]))),
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`,
      CLOUDFLARE_API_TOKEN: "token-of-the-stand-in",
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    },
    breakAt(where) {
      broken = where;
      count = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Everything is on the first page. */
function pageOf(result: unknown, query: URLSearchParams): unknown {
  return Array.isArray(result) && Number(query.get("page") ?? 1) > 1 ? [] : result;
}

const ONE_PAGE = { page: 1, per_page: 1000, count: 1, total_count: 1, total_pages: 1 };

/** The query of a bucket's size is a POST, and so is the question which domains would change. */
function isWrite(method: string, path: string): boolean {
  return method !== "GET" && !path.endsWith("graphql") && !path.endsWith("changeset");
}

function answer(method: string, path: string, call: Call): unknown {
  if (path.endsWith("/graphql")) return { data: { viewer: { accounts: [] } } };
  if (path === "/client/v4/user") return { id: "1", email: "operator@example.org" };
  if (path === "/client/v4/user/tokens/verify") return { id: "1", status: "active" };
  if (path === "/client/v4/accounts") return [{ id: ACCOUNT_ID, name: "stand-in" }];
  if (path === "/client/v4/memberships") return [];
  if (path === "/client/v4/zones") return [{ id: "zone", name: "example.org", account: { id: ACCOUNT_ID } }];
  for (const [verb, pattern, act] of ROUTES) {
    const parts = new RegExp(`^${pattern.replaceAll("{}", "([^/]+)")}$`).exec(path)?.slice(1);
    if (verb === method && parts !== undefined) return act({ ...call, parts: parts.map(decodeURIComponent) });
  }
  throw new ApiError(404, 7003, `The stand-in has no ${method} ${path}`);
}

async function readCall(request: IncomingMessage, account: Account): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("latin1");
  const query = new URL(request.url ?? "", "http://stand-in").searchParams;
  const isForm = request.headers["content-type"]?.startsWith("multipart/") === true;
  return { account, parts: [], query, body, fields: isForm ? fieldsOf(body) : {} };
}

/** The fields of a multipart body (RFC 7578) that have no file name. */
function fieldsOf(body: string): Readonly<Record<string, string>> {
  const boundary = body.slice(0, body.indexOf("\r\n"));
  const fields = body.split(boundary).flatMap((part) => {
    const [, name, text] =
      /^\r\nContent-Disposition: form-data; name="([^"]+)"\r\n\r\n([\s\S]*)\r\n$/i.exec(part) ?? [];
    return name === undefined || text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(fields);
}
