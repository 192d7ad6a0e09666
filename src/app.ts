/** Routes, and the one place where an answer, or a failure, becomes a response. The only file that knows hono. */
import { type Context, Hono } from "hono";
import { openScope, type Scope } from "./context/scope.ts";
import { ANSWERS, asFailure, Failure } from "./errors.ts";
import { purge } from "./handlers/purge.ts";
import { warm } from "./handlers/warm.ts";
import { render } from "./rendition/getRendition.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "./request/grammars/photon.ts";
import { ownAddress } from "./request/ownAddress.ts";
import { type Answer, jsonAnswer, toResponse } from "./respond/answer.ts";
import { FIXED_HEADERS, failureAnswer, HSTS } from "./respond/headers.ts";
import { addStage, cacheStatus, newTrace, record, serverTiming } from "./telemetry.ts";

type Bindings = { Bindings: Env };
type Handler = (request: Request, scope: Scope) => Promise<Answer>;

const PREFLIGHT: Answer = {
  status: 204,
  alike: new Headers(FIXED_HEADERS),
  own: { "access-control-allow-methods": "GET, HEAD", "access-control-max-age": "86400" },
  body: null,
};
const HTTPS_ONLY = { "strict-transport-security": HSTS };

/**
 * The Worker's routes. Whatever is not named here is a picture's address; the doors tell which. No middleware: with one
 * handler for a picture hono calls it and nothing else.
 */
export function createApp(): Hono<Bindings> {
  const app = new Hono<Bindings>();
  app.get("/healthz", serving(health));
  app.post("/warm", serving(warm));
  app.post("/purge", serving(purge));
  app.get("*", serving(render));
  app.options("*", async (c) => toHttps(c.req.raw) ?? respond(c.req.raw, PREFLIGHT));
  app.notFound(serving(refuseMethod));
  return app;
}

/** Inbound HTTP goes to HTTPS (308 keeps the method); on loopback there is none to go to. Null: it is well. */
function toHttps({ url }: Request): Response | null {
  const { loopback, secure } = ownAddress(url);
  if (loopback || secure) return null;
  const location = `https:${url.slice("http:".length)}`;
  return new Response(null, { status: 308, headers: { location, ...HTTPS_ONLY } });
}

function respond({ url }: Request, answer: Answer): Response {
  return toResponse(answer, ownAddress(url).loopback ? {} : HTTPS_ONLY);
}

function serving(handler: Handler): (c: Context<Bindings>) => Promise<Response> {
  return async (c) => toHttps(c.req.raw) ?? respond(c.req.raw, await answer(c, handler));
}

async function answer(c: Context<Bindings>, handler: Handler): Promise<Answer> {
  const started = Date.now();
  const request = c.req.raw;
  let trace = newTrace("", "");
  let given: Answer;
  let report = false;
  try {
    const scope = await openScope(request, c.env, c.executionCtx);
    trace = scope.trace;
    given = await handler(request, scope);
  } catch (error) {
    const failure = asFailure(error);
    report = ANSWERS[failure.reason].report;
    trace.reason = failure.reason;
    trace.failure = failure.detail;
    if (failure.keeping.remembered) {
      trace.hit = "negative";
      trace.ttl = Math.floor((failure.keeping.until - Date.now()) / 1000);
    }
    given = failureAnswer(failure, Date.now(), request.headers.has(PHOTON_AUTHENTICATION_HEADER));
  }
  // A health check that is well: neither hit nor miss, and every few seconds; it would drown what readers ask for.
  if (trace.door === "" && trace.reason === "ok") return given;
  addStage(trace, "total", Date.now() - started);
  trace.status = given.status;
  trace.bytesOut = Number(given.own["content-length"] ?? 0);
  record(trace, { events: c.env.EVENTS, report });
  const told = { "cache-status": cacheStatus(trace), "server-timing": serverTiming(trace) };
  return { ...given, own: { ...given.own, ...told } };
}

const health: Handler = async (_, { region }) => jsonAnswer(200, { status: "ok", region });

const refuseMethod: Handler = async ({ method }) => {
  throw new Failure("method_not_allowed", { method });
};
