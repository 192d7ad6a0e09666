/** What the operator's program asks of the two APIs, and whom its page answers. */
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOperatorArguments } from "../../../../src/cli/operator/arguments.ts";
import { deploymentReport, endpointProblem } from "../../../../src/cli/operator/deployment.ts";
import { createOperatorPages } from "../../../../src/cli/operator/pages.ts";
import type { Report } from "../../../../src/cli/operator/report/report.ts";
import { readWeather, weatherOf } from "../../../../src/cli/operator/weather.ts";
import { pointOf } from "../../../../src/record.ts";
import { newTrace } from "../../../../src/telemetry.ts";
import { ACCOUNT, startAnalyticsServer, TOKEN } from "../../../support/analyticsServer.ts";

const AT = Date.now();
const POINTS = Array.from({ length: 30 }, (_, i) => ({
  point: pointOf({ ...newTrace("reader", "weur", "MAD"), door: "imgproxy", status: 200, hit: i < 24 ? "edge" : null }),
  ...{ at: AT - 5_000, interval: 10 },
}));
const CPU_US = { firstlight: 2_000_000, "firstlight-heavy": 500_000, another: 9e9 };

/** A deployment that knows /regions and /healthz. */
let deployment: Server;
let endpoint: string;
beforeAll(async () => {
  deployment = createServer(({ url }, response) => {
    if (url === "/healthz") response.end('{"version":"1.2.3"}');
    else response.end('{"v":1,"version":7,"colos":{"MAD":"enam"}}');
  });
  endpoint = await listening(deployment);
});
afterAll(() => void deployment.close());

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function reportOf(cpuUs: typeof CPU_US | null, env: Readonly<Record<string, string>> = {}) {
  await using server = await startAnalyticsServer({ points: () => POINTS, cpuUs });
  const { value, problems } = parseOperatorArguments(["--endpoint", endpoint], { ...server.env, ...env });
  expect(problems).toEqual([]);
  return { report: await deploymentReport(value, 1, Date.now()), asked: server.asked };
}

describe("a deployment's report", () => {
  test("points by their weight, CPU of both Workers, the region map and the version", async () => {
    const { report, asked } = await reportOf(CPU_US);
    expect(report).toMatchObject({ views: 300, hitRatio: 0.8, sampling: 10, cpuMissing: null });
    expect(report.dollars.find(({ name }) => name === "cpu")?.perMillion).toBeCloseTo((2_500 * 0.02) / 300, 9);
    expect(report.weather).toEqual({ version: 7, colos: { MAD: "enam" } });
    expect(report.deployment).toBe(`${endpoint}, version 1.2.3.`);
    expect(asked.every((sql) => sql.startsWith("SELECT ") && sql.includes(" FROM firstlight "))).toBe(true);
  });
  test("without the right to the GraphQL API CPU is estimated, with the reason", async () => {
    const { report } = await reportOf(null);
    expect(report.cpuMissing).toBe("The GraphQL API says: not authorized for that account");
  });
  test("a token that is refused: what to do, and not the token, even when the API repeats it", async () => {
    const wrong = reportOf(CPU_US, { CLOUDFLARE_API_TOKEN: "a-wrong-token" });
    await expect(wrong).rejects.toThrow(
      /answered 403; CLOUDFLARE_API_TOKEN needs the permission Account Analytics, Read/,
    );
    await expect(wrong).rejects.not.toThrow(/a-wrong-token/);
  });
  test.each([
    ["that no header can hold", "not-for\neyes-1"],
    ["that is longer than what is repeated of an answer", "longer-than-all".repeat(30)],
  ])("a token %s is in no message", async (_, token) => {
    const { message } = await reportOf(CPU_US, { CLOUDFLARE_API_TOKEN: token }).then(
      () => ({ message: "" }),
      (error: Error) => error,
    );
    expect(message).not.toBe("");
    expect(message).not.toMatch(/not-for|eyes-1|longer-than-all/);
  });
});

describe("the region map", () => {
  const map = { v: 1, version: 3, colos: { MAD: "enam" } };
  test.each([
    ["as the Worker gives it", map, { version: 3, colos: { MAD: "enam" } }],
    ["without a change", { ...map, colos: {} }, { version: 3, colos: {} }],
    [
      "with a region that is no text",
      { ...map, colos: { MAD: 7, FRA: "weur" } },
      { version: 3, colos: { FRA: "weur" } },
    ],
    ["of another kind", { ...map, v: 2 }, null],
    ["without a version", { ...map, version: "3" }, null],
    ["without places", { v: 1, version: 3 }, null],
    ["that is no object", null, null],
  ])("%s", (_, value, wanted) => expect(readWeather(value)).toEqual(wanted));
});

describe("a deployment that does not say", () => {
  test.each([
    [404, "", null],
    [500, "", "unknown"],
    [200, "not JSON", "unknown"],
    [200, '{"v":2}', "unknown"],
  ])("/regions answers %i %s: %s", async (status, body, wanted) => {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    const address = await listening(server);
    expect(await weatherOf(address)).toBe(wanted);
    server.close();
  });
  test("nobody listens: the map is unknown, and the start says so", async () => {
    const address = "http://127.0.0.1:1";
    expect(await weatherOf(address)).toBe("unknown");
    expect(await endpointProblem(address)).toBe("http://127.0.0.1:1/healthz does not answer: is --endpoint right?");
    expect(await endpointProblem(endpoint)).toBeNull();
  });
  test("the API cannot be reached: its address, and why", async () => {
    const server = createServer();
    const api = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const wrong = reportOf(CPU_US, { CLOUDFLARE_API_BASE_URL: api });
    await expect(wrong).rejects.toThrow(`Cloudflare's API (${api}) cannot be reached from here: nothing listens there`);
  });
});

describe("arguments", () => {
  const ENV = { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: ACCOUNT };
  const RIGHT = ["--endpoint", "https://img.example.org"];
  test("defaults", () => {
    const { value, problems } = parseOperatorArguments(RIGHT, ENV);
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      ...{ endpoint: "https://img.example.org", dataset: "firstlight", scripts: ["firstlight", "firstlight-heavy"] },
      ...{ port: 8791, hours: 24, json: false, account: { api: "https://api.cloudflare.com/client/v4" } },
    });
  });
  test.each([
    [["--port", "65536"], {}, "--port cannot be 65536: a whole number from 0 to 65535"],
    [["--hours", "2"], {}, "--hours cannot be 2: one of 1, 6, 24, 168"],
    [["--dataset", "a b"], {}, "--dataset cannot be a b"],
    [["--account", "short"], {}, '--account must be an account\'s id, 32 hex digits, not "short"'],
    [["--run", "first"], {}, "--run needs CATALOGUE_SECRET in the environment"],
    [[], { CLOUDFLARE_API_TOKEN: "" }, "No token: set CLOUDFLARE_API_TOKEN in the environment"],
    [[], { CLOUDFLARE_API_BASE_URL: "http://api.test" }, "the token is sent there"],
    [["--token", "secret"], {}, "Unknown argument --token"],
  ])("%j %j: %s", (argv, env, problem) => {
    const { problems } = parseOperatorArguments([...RIGHT, ...argv], { ...ENV, ...env });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).not.toContain(TOKEN);
  });
});

describe("the page's addresses", () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => void server.close()));
  let made: Report;
  let base: string;
  const asked: number[] = [];
  beforeAll(async () => {
    made = (await reportOf(CPU_US)).report;
    base = await serving(async (hours) => {
      asked.push(hours);
      return made;
    });
  });

  async function serving(report: (hours: number) => Promise<Report>): Promise<string> {
    const pages = createOperatorPages({ everySeconds: 60, report });
    const server = createServer(async (incoming, response) => {
      const isOurs = await pages.handle(new URL(incoming.url ?? "/", "http://page"), incoming, response);
      if (!isOurs) response.writeHead(418).end();
    });
    servers.push(server);
    return listening(server);
  }

  const get = (url: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    new Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }>((resolve, reject) => {
      const sent = request(url, { method, headers }, async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
      sent.on("error", reject).end();
    });

  test.each([
    ["GET", "/operator", {}, 200],
    ["GET", "/operator?hours=6", { host: "localhost:8791" }, 200],
    ["GET", "/operator/report.json", { host: "[::1]:8791" }, 200],
    ["GET", "/operator", { host: "127.0.0.1" }, 200],
    ["GET", "/operator", { host: "evil.test" }, 403],
    ["GET", "/operator/report.json", { host: "127.0.0.1.evil.test" }, 403],
    ["GET", "/operator", { host: "localhost.evil.test:8791" }, 403],
    ["POST", "/operator", {}, 405],
    ["GET", "/operator/other", {}, 404],
    ["GET", "/operators", {}, 418],
  ] as const)("%s %s with %j: %i", async (method, path, headers, status) => {
    expect((await get(base + path, headers, method)).status).toBe(status);
  });

  test("figures are made once for many requests, and a window that is not offered is the default", async () => {
    for (const hours of ["1", "1", "2", "all", "168", "168"]) await get(`${base}/operator/report.json?hours=${hours}`);
    // 24 and 6 were asked for above.
    expect(asked).toEqual([24, 6, 1, 168]);
  });

  test("the page allows nothing from elsewhere, and is kept nowhere", async () => {
    const { headers } = await get(`${base}/operator`);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).not.toContain("script-src 'unsafe");
    expect([headers["cache-control"], headers["x-content-type-options"]]).toEqual(["no-store", "nosniff"]);
  });

  test("a report that fails is said on the page and as JSON, and is asked for again", async () => {
    let fails = true;
    const url = await serving(async () => {
      if (fails) throw new Error("the API <does not> answer");
      return made;
    });
    const json = await get(`${url}/operator/report.json`);
    expect([json.status, JSON.parse(json.text)]).toEqual([502, { problem: "the API <does not> answer" }]);
    const page = await get(`${url}/operator`);
    expect([page.status, page.text.includes("the API &#60;does not&#62; answer")]).toEqual([502, true]);
    fails = false;
    expect((await get(`${url}/operator`)).status).toBe(200);
  });
});
