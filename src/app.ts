/** Routes, and the one place where an answer, or a failure, becomes a response. The only file that knows hono. */
import { type Context, Hono } from "hono";
import type { Placeholder } from "./config/config.ts";
import { type App, createApp } from "./context/app.ts";
import { type Audience, type Caller, callerOf, rayOf, withAudience } from "./context/caller.ts";
import { openInvocation } from "./context/invocation.ts";
import { beginAfterAnswer, type Job, newJob, tracingOf } from "./context/job.ts";
import { ANSWERS, asFailure, Failure } from "./errors.ts";
import { catalogue } from "./handlers/catalogue.ts";
import { health } from "./handlers/health.ts";
import { image } from "./handlers/image.ts";
import { info } from "./handlers/info.ts";
import { labels, orderLabels } from "./handlers/labels.ts";
import { orderLikeness } from "./handlers/likeness.ts";
import { purge } from "./handlers/purge.ts";
import { regions } from "./handlers/regions.ts";
import { robots } from "./handlers/robots.ts";
import { similar, writeSimilar } from "./handlers/similar.ts";
import { warm } from "./handlers/warm.ts";
import { weather } from "./handlers/weather.ts";
import { record } from "./record.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "./request/grammars/photon.ts";
import { INFO_PREFIX } from "./request/infoPath.ts";
import { ownAddress } from "./request/ownAddress.ts";
import { type Answer, toResponse } from "./respond/answer.ts";
import { HSTS } from "./respond/fixedHeaders.ts";
import { failureAnswer } from "./respond/headers.ts";
import { withPlaceholder } from "./respond/placeholder.ts";
import { preflight } from "./respond/preflight.ts";
import { cacheStatus, serverTiming } from "./respond/traceHeaders.ts";
import { addStage, newTrace, noteFailure } from "./telemetry.ts";

type Bindings = { Bindings: Env };
type Handler = (http: Request, app: App, caller: Caller, job: Job) => Promise<Answer>;

/** What is the same for every request of an isolate. */
type Isolate = Pick<App, "now" | "fetch" | "state">;

/** Never sent over HTTP (RFC 6797 7.2). */
const HTTPS_ONLY = { "strict-transport-security": HSTS };

/**
 * The Worker's routes. Whatever is not named here is a picture's address, which the grammars read. There is no
 * middleware: with one handler for a picture, hono calls it and nothing else.
 */
export function createRouter(isolate: Isolate): Hono<Bindings> {
  const router = new Hono<Bindings>();
  const serving = (handler: Handler, audience: Audience) => async (c: Context<Bindings>) =>
    toHttps(c.req.raw) ?? respond(c.req.raw, await answer(c, handler, audience, isolate));
  // What operators, tools and crawlers ask for must not count as readers' requests.
  router.get("/healthz", serving(health, "job"));
  router.get("/robots.txt", serving(robots, "job"));
  router.get("/regions", serving(regions, "job"));
  router.post("/warm", serving(warm, "warm"));
  router.post("/purge", serving(purge, "job"));
  router.post("/weather", serving(weather, "job"));
  router.post("/catalogue", serving(catalogue, "job"));
  router.post("/labels", serving(orderLabels, "job"));
  router.get("/labels/*", serving(labels, "reader"));
  router.post("/likeness", serving(orderLikeness, "job"));
  router.post("/similar", serving(writeSimilar, "job"));
  router.get("/similar/*", serving(similar, "reader"));
  router.get(`${INFO_PREFIX}/*`, serving(info, "reader"));
  router.get("*", serving(image, "reader"));
  // Over HTTP too: a browser does not follow the redirect of a preflight.
  router.options("*", async ({ req: { raw } }) =>
    respond(raw, preflight(raw.headers.get("access-control-request-headers"))),
  );
  router.notFound(serving(refuseMethod, "reader"));
  return router;
}

/** Inbound HTTP is redirected to HTTPS (308 keeps the method), save on loopback. Null: nothing to redirect. */
function toHttps({ url }: Request): Response | null {
  const { loopback, secure } = ownAddress(url);
  if (loopback || secure) return null;
  const location = `https:${url.slice("http:".length)}`;
  // Without the second header a page's fetch() may not follow.
  return new Response(null, { status: 308, headers: { location, "access-control-allow-origin": "*" } });
}

function respond({ url }: Request, answer: Answer): Response {
  const { loopback, secure } = ownAddress(url);
  return toResponse(answer, secure && !loopback ? HTTPS_ONLY : {});
}

async function answer(c: Context<Bindings>, handler: Handler, audience: Audience, isolate: Isolate): Promise<Answer> {
  const { now } = isolate;
  const started = now();
  const http = c.req.raw;
  const ray = rayOf(http);
  const { meter, waitUntil, end } = openInvocation(c.executionCtx, isolate.state.lateUsage, now);
  let trace = newTrace(audience, "", "", ray);
  let job: Job | undefined;
  let given: Answer;
  let report = false;
  let placeholder: Placeholder = "off";
  try {
    const app = await createApp({ ...isolate, env: c.env, meter, waitUntil });
    if (handler === image) placeholder = app.config.placeholder;
    const caller = withAudience(callerOf(http, app.config), audience);
    job = newJob(caller, waitUntil, { ray, tracing: tracingOf(c.executionCtx) });
    trace = job.trace;
    given = await handler(http, app, caller, job);
  } catch (error) {
    const failure = asFailure(error);
    report = ANSWERS[failure.reason].report;
    noteFailure(trace, failure, now());
    const json = failureAnswer(failure, now(), http.headers.has(PHOTON_AUTHENTICATION_HEADER), ray);
    given = withPlaceholder(json, placeholder, http.headers.get("accept"));
  }
  if (job !== undefined) beginAfterAnswer(job);
  // A health check that is well comes every few seconds. In the log it would hide what readers ask for.
  if (trace.door === "" && trace.reason === "ok") {
    end(null, undefined);
    return given;
  }
  addStage(trace, "total", now() - started);
  trace.status = given.status;
  trace.bytesOut = Number(given.headers["content-length"] ?? 0);
  trace.usage = meter.take();
  record(trace, { events: c.env.EVENTS, report, now: now() });
  end(trace, c.env.EVENTS);
  const told = { "cache-status": cacheStatus(trace), "server-timing": serverTiming(trace) };
  return { ...given, headers: { ...given.headers, ...told } };
}

const refuseMethod: Handler = async ({ method }) => {
  throw new Failure("method_not_allowed", { method });
};
