import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRouter } from "../../src/app.ts";
import { newIsolateState } from "../../src/context/isolateState.ts";
import { BINDINGS } from "../support/world.workerd.ts";

const HOST = "https://img.test";
/** What was logged: [the console's level, the line]. */
let lines: [level: string, line: Record<string, unknown>][] = [];

beforeEach(() => {
  lines = [];
  for (const level of ["log", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push([level, JSON.parse(line)]));
  }
});
afterEach(() => vi.restoreAllMocks());

const isolate = { now: () => Date.now(), fetch, state: newIsolateState() };

async function ask(url: string, init: RequestInit = {}, bindings: object = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const answer = await createRouter(isolate).fetch(new Request(url, init), { ...BINDINGS, ...bindings }, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

describe("routes", () => {
  test.each(["GET", "POST"])("%s over HTTP goes to HTTPS with its method", async (method) => {
    const answer = await ask("http://img.test/photon/a.test/1.jpg?w=1", { method, redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([308, `${HOST}/photon/a.test/1.jpg?w=1`]);
  });
  test("on loopback there is no HTTPS to go to", async () => {
    const answer = await ask("http://127.0.0.1:8787/healthz");
    expect([answer.status, answer.headers.has("strict-transport-security")]).toEqual([200, false]);
  });
  test.each(["PUT", "DELETE", "PATCH"])("%s is 405 with what is allowed", async (method) => {
    const answer = await ask(`${HOST}/photon/a.test/1.jpg`, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
  test.each([HOST, "http://img.test"])("a preflight at %s needs no source and is not redirected", async (host) => {
    const headers = { "access-control-request-method": "GET", "access-control-request-headers": "x-requested-with" };
    const answer = await ask(`${host}/photon/a.test/1.jpg`, { method: "OPTIONS", headers, redirect: "manual" });
    expect([answer.status, answer.headers.get("access-control-allow-methods")]).toEqual([204, "GET, HEAD"]);
    expect(answer.headers.get("access-control-allow-headers")).toBe("x-requested-with");
  });
  test("a page's fetch() may follow to HTTPS, and HSTS is said over HTTPS only", async () => {
    const over = (url: string) => ask(url, { redirect: "manual" });
    const [http, https] = [await over("http://img.test/healthz"), await over(`${HOST}/healthz`)];
    expect(http.headers.get("access-control-allow-origin")).toBe("*");
    const hsts = [http, https].map(({ headers }) => headers.has("strict-transport-security"));
    expect(hsts).toEqual([false, true]);
  });
  test.each([
    [undefined, 200, "User-agent: *\nAllow: /\n"],
    ["disallow", 200, "User-agent: *\nDisallow: /\n"],
    ["off", 404, expect.stringContaining("not_found")],
  ])("robots.txt with ROBOTS=%s", async (ROBOTS, status, body) => {
    const answer = await ask(`${HOST}/robots.txt`, {}, ROBOTS === undefined ? {} : { ROBOTS });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    if (status === 200) expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });
  test.each(["/warm", "/purge"])("%s without a secret is no address", async (path) => {
    const answer = await ask(HOST + path, { method: "POST", body: "{}" });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, "not_found"]);
  });
});

describe("the log", () => {
  test("a health check that is well is in neither log nor events", async () => {
    const writeDataPoint = vi.fn();
    expect((await ask(`${HOST}/healthz`, {}, { EVENTS: { writeDataPoint } })).status).toBe(200);
    expect([lines, writeDataPoint.mock.calls]).toEqual([[], []]);
  });
  test("what a reader asks for is in both, also when it is refused", async () => {
    const writeDataPoint = vi.fn();
    await ask(`${HOST}/photon/a.test/1.jpg`, {}, { EVENTS: { writeDataPoint } });
    expect([lines.length, writeDataPoint.mock.calls.length]).toEqual([1, 1]);
  });
});

describe("for whom", () => {
  test.each([
    ["GET", "/photon/a.test/1.jpg", "reader"],
    ["PUT", "/photon/a.test/1.jpg", "reader"],
    ["POST", "/warm", "warm"],
    ["POST", "/purge", "job"],
  ])("%s %s is %s's, also when it is refused", async (method, path, audience) => {
    await ask(HOST + path, { method, ...(method === "POST" ? { body: "{}" } : {}) });
    expect(lines).toEqual([["log", expect.objectContaining({ audience })]]);
  });
  test("a health check that fails is nobody's reading", async () => {
    await ask(`${HOST}/healthz`, {}, { QUEUE_MS: "soon" });
    expect(lines).toEqual([["error", expect.objectContaining({ audience: "job", reason: "misconfigured" })]]);
  });
});

describe("the trace of an error", () => {
  const traceOf = async (headers: Record<string, string>) => {
    const answer = await ask(`${HOST}/photon/a.test/1.jpg`, { headers });
    return [((await answer.json()) as { trace: string }).trace, lines[0]?.[1].ray];
  };
  test("is Cloudflare's ray, in the answer and in the log line", async () => {
    expect(await traceOf({ "cf-ray": "8f1b2c3d4e5f6071-MAD" })).toEqual([
      "8f1b2c3d4e5f6071-MAD",
      "8f1b2c3d4e5f6071-MAD",
    ]);
  });
  test("is a random id where there is no ray", async () => {
    const [told, logged] = await traceOf({});
    expect(told).toMatch(/^[0-9a-f-]{36}$/);
    expect(logged).toBe(told);
  });
  test("is there when the configuration cannot be read", async () => {
    const answer = await ask(`${HOST}/healthz`, { headers: { "cf-ray": "r" } }, { QUEUE_MS: "soon" });
    expect(((await answer.json()) as { trace: string }).trace).toBe("r");
  });
});

describe("/healthz", () => {
  test("says the version and the deployment, and no more", async () => {
    const VERSION = { id: "an id", tag: "2a68951", timestamp: "2026-11-28T00:00:00Z" };
    const answer = await ask(`${HOST}/healthz`, {}, { VERSION });
    expect(await answer.json()).toEqual({
      ...{ status: "ok", region: "enam", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      deployment: { id: "an id", tag: "2a68951" },
    });
  });
  const heavy = (answer: () => Promise<Response>) => ({ fetch: answer });
  test.each([
    ["answers", { HEAVY: heavy(async () => new Response("ready")) }, { heavy: "answers" }],
    ["fails", { HEAVY: heavy(() => Promise.reject(new Error("gone"))) }, { heavy: "silent" }],
    ["is another Worker", { HEAVY: heavy(async () => new Response(null, { status: 503 })) }, { heavy: "silent" }],
    ["and governor are not bound", { HEAVY: undefined, GOVERNOR: undefined }, { heavy: "absent", governor: false }],
    [
      "and weather are not bound",
      { HEAVY: undefined, REGION_WEATHER: undefined },
      { heavy: "absent", weather: "absent" },
    ],
    ["is not bound, weather is off", { HEAVY: undefined, WEATHER: "off" }, { heavy: "absent", weather: "off" }],
    ["and queue are not bound", { HEAVY: undefined, MASTERS: undefined }, { heavy: "absent", masters: false }],
  ] as const)("tells the bindings when asked: the heavy Worker %s", async (_, env, told) => {
    const body = (await (await ask(`${HOST}/healthz?bindings`, {}, env)).json()) as { bindings: unknown };
    const rest = { coordinator: true, governor: true, masters: true, weather: "bound" };
    expect(body.bindings).toEqual({ ...rest, ...told });
  });
  test("works in a deployment that has not bound VERSION", async () => {
    const answer = await ask(`${HOST}/healthz`, {}, { VERSION: undefined });
    expect([answer.status, ((await answer.json()) as { deployment: unknown }).deployment]).toEqual([
      200,
      { id: null, tag: null },
    ]);
  });
});

describe("failures", () => {
  test("are answers with their code, and say in the log whose they are", async () => {
    const answer = await ask(`${HOST}/photon/a.test/1.jpg`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([403, "application/json; charset=utf-8"]);
    expect(answer.headers.get("cache-status")).toMatch(/^firstlight; fwd=/);
    expect(lines).toEqual([["log", expect.objectContaining({ msg: "request", reason: "source_not_allowed" })]]);
  });
  test("a configuration that cannot be read is 500, and every problem is in the log only", async () => {
    const answer = await ask(`${HOST}/healthz`, {}, { MAX_REDIRECTS: "many", QUEUE_MS: "soon" });
    const body = await answer.text();
    expect([answer.status, JSON.parse(body).code]).toEqual([500, "misconfigured"]);
    expect(body).not.toContain("QUEUE_MS");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.[0]).toBe("error");
    expect(JSON.stringify(lines)).toMatch(/MAX_REDIRECTS.*QUEUE_MS|QUEUE_MS.*MAX_REDIRECTS/);
  });
  describe("PLACEHOLDER", () => {
    const image = { headers: { accept: "image/webp,image/*,*/*;q=0.8" } };
    const typeOf = async (url: string, init: RequestInit, bindings: object) => {
      const answer = await ask(url, init, bindings);
      return [answer.status, answer.headers.get("content-type"), answer.headers.get("vary")];
    };
    test.each([
      [{}, ["application/json; charset=utf-8", null]],
      [{ PLACEHOLDER: "transparent" }, ["image/gif", "Accept"]],
      [{ PLACEHOLDER: "svg" }, ["image/svg+xml", "Accept"]],
    ])("%j: what an <img> gets", async (bindings, expected) => {
      expect(await typeOf(`${HOST}/photon/a.test/1.jpg`, image, bindings)).toEqual([403, ...expected]);
    });
    test("what is asked for as JSON stays JSON, and so do the orders of tools", async () => {
      const bindings = { PLACEHOLDER: "svg" };
      const json = "application/json; charset=utf-8";
      expect(await typeOf(`${HOST}/photon/a.test/1.jpg`, {}, bindings)).toEqual([403, json, "Accept"]);
      const order = { ...image, method: "POST", body: "{}" };
      expect(await typeOf(`${HOST}/purge`, order, bindings)).toEqual([404, json, null]);
    });
    test("HEAD has the headers of GET and no body", async () => {
      const answer = await ask(`${HOST}/photon/a.test/1.jpg`, { ...image, method: "HEAD" }, { PLACEHOLDER: "svg" });
      expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
        403,
        "image/svg+xml",
        "",
      ]);
    });
  });
  test("counting that fails harms no answer", async () => {
    const EVENTS = {
      writeDataPoint() {
        throw new Error("no events");
      },
    };
    expect((await ask(`${HOST}/photon/a.test/1.jpg`, {}, { EVENTS })).status).toBe(403);
  });
});

test("/info is a route of its own, and its failures are JSON like those of pictures", async () => {
  const answer = await ask(`${HOST}/info/unsafe/w:320/plain/https://nowhere.test/a.jpg`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([403, "application/json; charset=utf-8"]);
  expect(await answer.json()).toMatchObject({ code: "source_not_allowed" });
  expect((await ask(`${HOST}/info`)).status).toBe(404);
});
