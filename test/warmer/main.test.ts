import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { hintLine, startSender, until } from "../support/warmer.ts";
import { startWarmSink } from "../support/warmSink.ts";

const main = fileURLToPath(new URL("../../warmer/main.ts", import.meta.url));
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

type Started = { readonly child: ChildProcess; readonly out: () => string; readonly err: () => string };

function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(WARM_|METRICS_)/.test(name)));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...clean, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => (out += chunk));
  child.stderr?.on("data", (chunk) => (err += chunk));
  return { child, out: () => out, err: () => err };
}

const READY = /^ready udp:\/\/127\.0\.0\.1:(\d+) metrics http:\/\/127\.0\.0\.1:(\d+)\n$/;

async function ready(started: Started): Promise<{ udp: number; metrics: string }> {
  await until(() => READY.test(started.out()), 30_000);
  const [, udp, metrics] = READY.exec(started.out()) ?? [];
  return { udp: Number(udp), metrics: `http://127.0.0.1:${metrics}` };
}

describe("npm run warmer", { timeout: 60_000 }, () => {
  test.each([
    ["SIGTERM", "SIGTERM"],
    ["SIGTERM", "SIGINT"],
    ["SIGINT", "SIGINT"],
  ] as const)(
    "%s followed by %s, as a process group and npm send them: waiting hints are pushed",
    async (...signals) => {
      const sink = await startWarmSink();
      sink.behaviour.delayMs = 300;
      const started = start(["--port", "0", "--region", `weur=${sink.url}`], {
        WARM_BATCH_MS: "200",
        WARM_MAX_AGE_MS: "5000",
      });
      const { udp } = await ready(started);
      const sender = startSender(udp);
      await sender.send(hintLine("/last"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const signal of signals) started.child.kill(signal);
      const [code] = await once(started.child, "exit");
      expect([code, sink.paths()]).toEqual([0, ["/last"]]);
      expect(started.err()).toContain('"pushed":1');
      sender.close();
      await sink.close();
    },
  );

  test("is ready when its connections are open: a hint sent at once is pushed", async () => {
    const sink = await startWarmSink();
    const started = start(["--port", "0", "--region", `weur=${sink.url}`, "--region", `apac=${sink.url}`]);
    const { udp } = await ready(started);
    // The kernel has taken them; this process may hear of the last ones a moment later.
    await until(() => sink.connections() === 128);
    const sender = startSender(udp);
    await sender.send(hintLine("/first"));
    await until(() => sink.paths().length === 1);
    sender.close();
    await sink.close();
  });

  test("a region that does not respond delays readiness by less than a second", async () => {
    const started = start(["--port", "0", "--region", "weur=http://127.0.0.1:9"]);
    const begun = performance.now();
    await ready(started);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(started.err()).toContain("listening");
  });

  test("accepts short secrets with a warning, as the Worker does", async () => {
    const short = { WARM_SECRET: "s3cret", WARM_HINT_SECRET: "k" };
    const started = start(["--port", "0", "--region", "weur=http://127.0.0.1:9"], short);
    await ready(started);
    for (const name of Object.keys(short)) await until(() => started.err().includes(`${name} is short`));
  });

  test("prints one ready line, pushes, serves its metrics, and drains within a second of SIGTERM", async () => {
    const sink = await startWarmSink();
    const started = start(["--port", "0", "--region", `weur=${sink.url}`, "--region", `apac=${sink.url}`], {
      WARM_BATCH_MS: "300",
      WARM_MAX_AGE_MS: "5000",
      WARM_CONNECTIONS: "4",
      WARM_SECRET: "0123456789abcdef",
    });
    const { udp, metrics } = await ready(started);
    await until(() => sink.connections() === 8);
    const sender = startSender(udp);
    await sender.send(`${hintLine(["/a", "/b"])}\n${hintLine("/c", { r: "oc" })}\nrubbish`);
    await until(() => sink.paths().length === 3);
    expect(sink.pushes.map(({ headers }) => typeof headers["x-firstlight-signature"])).toEqual(["string", "string"]);

    const text = await (await fetch(`${metrics}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^firstlight_warmer_${name} (\\S+)$`, "m").exec(text)?.[1]);
    expect([value("received_total"), value("parsed_total"), value("pushed_total")]).toEqual([4, 3, 3]);
    expect(value('rejected_total{reason="json"}')).toBe(1);
    expect(value('age_seconds_bucket{le="\\+Inf"}')).toBe(3);
    expect((await fetch(`${metrics}/healthz`)).status).toBe(200);
    const readyz = await fetch(`${metrics}/readyz`);
    expect([readyz.status, await readyz.json()]).toEqual([200, { ready: true, regions: { weur: 4, apac: 4 } }]);
    expect((await fetch(`${metrics}/else`)).status).toBe(404);
    expect((await fetch(`${metrics}/metrics`, { method: "POST" })).status).toBe(405);

    await sender.send(hintLine("/last"));
    const stopped = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    started.child.kill("SIGTERM");
    const [code] = await once(started.child, "exit");
    expect(performance.now() - stopped).toBeLessThan(1_000);
    expect([code, sink.paths().includes("/last")]).toEqual([0, true]);
    const lines = started
      .err()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string; counts?: object });
    expect(started.err()).not.toContain("WARM_SECRET");
    expect(lines.at(-1)).toMatchObject({ msg: "stopped", counts: { received: 5, pushed: 4, rejected: 1 } });
    sender.close();
    await sink.close();
  });

  test("no reachable region: alive, not ready; no secret: a warning before it is ready", async () => {
    const started = start(["--port", "0", "--region", "weur=http://127.0.0.1:9"]);
    const { metrics } = await ready(started);
    expect(started.err()).toMatch(/"level":40,.*WARM_SECRET is not set/);
    expect((await fetch(`${metrics}/healthz`)).status).toBe(200);
    expect((await fetch(`${metrics}/readyz`)).status).toBe(503);
  });

  test("an invalid configuration: each problem on a line, exit code 2, nothing on standard output", async () => {
    const started = start([], { WARM_MAX_AGE_MS: "x", WARM_TYPO: "1" });
    const [code] = await once(started.child, "exit");
    expect([code, started.out()]).toEqual([2, ""]);
    for (const name of ["WARM_REGIONS", "WARM_MAX_AGE_MS", "WARM_TYPO"]) expect(started.err()).toContain(`  ${name}: `);
  });

  test("a port in use: one log line, exit code 1", async () => {
    const { udp } = await ready(start(["--port", "0", "--region", "weur=http://127.0.0.1:9"]));
    const second = start(["--port", String(udp), "--region", "weur=http://127.0.0.1:9"]);
    const [code] = await once(second.child, "exit");
    expect([code, second.err()]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
    expect(second.err().trim().split("\n")).toHaveLength(1);
    expect(second.err()).not.toContain("    at ");
  });
});
