/** Routes, and the one place where a failure becomes a response. The only file that knows hono. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { ANSWERS, asFailure, Failure } from "./errors.ts";
import { warm } from "./region/warm.ts";
import { render } from "./render.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "./request/doors/photon.ts";
import { ownAddress } from "./request/ownAddress.ts";
import { FIXED_HEADERS, failureResponse, HSTS } from "./respond/headers.ts";
import { openScope, type Scope } from "./scope.ts";
import { purge } from "./takedown/purge.ts";
import { addStage, cacheStatus, newTrace, record, serverTiming } from "./telemetry.ts";

type Bindings = { Bindings: Env };
type Handler = (request: Request, scope: Scope) => Promise<Response>;

const PREFLIGHT = { ...FIXED_HEADERS, "access-control-allow-methods": "GET, HEAD", "access-control-max-age": "86400" };

/** The Worker's routes. Whatever is not named here is a picture's address; the doors tell which. */
export function createApp(): Hono<Bindings> {
  const app = new Hono<Bindings>();
  app.use(httpsOnly);
  app.get("/healthz", (c) => answer(c, health));
  app.post("/warm", (c) => answer(c, warm));
  app.post("/purge", (c) => answer(c, purge));
  app.get("*", (c) => answer(c, render));
  app.options("*", () => new Response(null, { status: 204, headers: PREFLIGHT }));
  app.all("*", (c) => answer(c, refuseMethod));
  return app;
}

/** Inbound HTTP goes to HTTPS (308 keeps the method); on loopback there is none to go to. */
const httpsOnly: MiddlewareHandler<Bindings> = async function httpsOnly(c, next) {
  const { loopback, secure } = ownAddress(c.req.url);
  if (loopback) return next();
  if (!secure) {
    const location = `https:${c.req.url.slice("http:".length)}`;
    return new Response(null, { status: 308, headers: { location, "strict-transport-security": HSTS } });
  }
  await next();
  c.res.headers.set("strict-transport-security", HSTS);
};

async function answer(c: Context<Bindings>, handler: Handler): Promise<Response> {
  const started = Date.now();
  let trace = newTrace("", "");
  let response: Response;
  let report = false;
  try {
    const scope = await openScope(c.req.raw, c.env, c.executionCtx);
    trace = scope.trace;
    response = await handler(c.req.raw, scope);
  } catch (error) {
    const failure = asFailure(error);
    report = ANSWERS[failure.reason].report;
    trace.reason = failure.reason;
    trace.failure = failure.detail;
    if (failure.keeping.remembered) {
      trace.hit = "negative";
      trace.ttl = Math.floor((failure.keeping.until - Date.now()) / 1000);
    }
    response = failureResponse(failure, Date.now(), c.req.raw.headers.has(PHOTON_AUTHENTICATION_HEADER));
  }
  addStage(trace, "total", Date.now() - started);
  trace.status = response.status;
  trace.bytesOut = Number(response.headers.get("content-length") ?? 0);
  if (trace.door !== "" || trace.reason !== "ok") {
    response.headers.set("cache-status", cacheStatus(trace));
    response.headers.set("server-timing", serverTiming(trace));
  }
  record(trace, { events: c.env.EVENTS, report });
  return response;
}

const health: Handler = async (_, { region }) =>
  Response.json({ status: "ok", region }, { headers: { ...FIXED_HEADERS, "cache-control": "no-store" } });

const refuseMethod: Handler = async ({ method }) => {
  throw new Failure("method_not_allowed", { method });
};
