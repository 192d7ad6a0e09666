/** `npm run purge` as a program against a running edge, and against one that fails between. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Edge, startEdge } from "../../../src/cli/edge/start.ts";
import { hostHash, sourceKeys } from "../../../src/store/schema/key.ts";
import { SEEDER, seed } from "../../support/seeder.ts";

const SECRET = "purge secret of this test";
const BUCKETS = ["R2_PRIMARY", "R2_ENAM", "R2_WEUR", "R2_APAC"] as const;
const EVERYWHERE = [...BUCKETS, "THUMBS"];

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ vars: { PURGE_SECRET: SECRET }, beside: { seeder: SEEDER } });
}, 60_000);
afterAll(() => edge?.stop());

type Run = { readonly child: ChildProcess; errors(): string; output(): string; ended(): Promise<number | null> };

function run(endpoint: string, args: readonly string[], secret = SECRET): Run {
  const env = { PATH: process.env.PATH ?? "", PURGE_SECRET: secret, PURGE_ENDPOINT: endpoint };
  const child = spawn(process.execPath, ["src/cli/purge.ts", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (errors += chunk));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(() => child.exitCode);
  return { child, errors: () => errors, output: () => output, ended: () => ended };
}

/** Stores `count` sources of a host, each in every bucket and in KV, or only where it is said. */
async function fillHost(host: string, count: number, bindings: readonly string[] = EVERYWHERE): Promise<void> {
  const seeds = Array.from({ length: count }, async (_, i) => {
    const source = `https://${host}/${i % 2 === 0 ? "even" : "odd"}/${i}.jpg`;
    const key = `${(await sourceKeys(source)).renditions}${"0".repeat(32)}`;
    return bindings.map((binding) => ({ binding, key, bytes: "AAAA", metadata: { source } }));
  });
  await seed(edge.beside.seeder ?? "", (await Promise.all(seeds)).flat());
}

/** Names of a host's things in all stores. */
async function left(host: string): Promise<number> {
  const prefix = `2/t/${await hostHash(host)}/`;
  const kv = await edge.miniflare.getKVNamespace("THUMBS");
  const counts = await Promise.all(
    BUCKETS.map(async (name) => (await (await edge.miniflare.getR2Bucket(name)).list({ prefix })).objects.length),
  );
  return counts.reduce((sum, count) => sum + count, (await kv.list({ prefix })).keys.length);
}

/** The edge behind a server that may answer in its place. Counts what came. */
async function between(meddle: (count: number, response: ServerResponse) => boolean): Promise<string> {
  let count = 0;
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (meddle(++count, response)) return;
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => name.startsWith("x-firstlight-")),
    ) as Record<string, string>;
    const answer = await fetch(edge.url + request.url, { method: "POST", headers, body: Buffer.concat(chunks) });
    response.writeHead(answer.status).end(await answer.text());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("npm run purge", { timeout: 60_000 }, () => {
  test("a host goes, another stays; a second time there is nothing to do", async () => {
    await fillHost("gone.test", 3);
    await fillHost("stays.test", 1);
    const first = run(edge.url, ["--host", "gone.test"]);
    expect([await first.ended(), first.output()]).toEqual([0, expect.stringMatching(/^Done: 15 deleted in 1 step, /)]);
    expect(first.errors()).toMatch(/15 deleted, \d+\/s, step 1/);
    expect([await left("gone.test"), await left("stays.test")]).toEqual([0, 5]);
    const second = run(edge.url, ["--host", "gone.test"]);
    expect([await second.ended(), second.output()]).toEqual([0, expect.stringMatching(/^Done: 0 deleted/)]);
  });

  test("a prefix takes what begins so and nothing else", async () => {
    await fillHost("half.test", 4);
    const { ended } = run(edge.url, ["--prefix", "https://half.test/even/"]);
    expect([await ended(), await left("half.test")]).toEqual([0, 10]);
  });

  test("stopped between two steps it says how to go on, and from there it does", async () => {
    await fillHost("large.test", 650, ["THUMBS"]);
    const stuck = await between((count) => count === 2);
    const first = run(stuck, ["--host", "large.test"]);
    await expect.poll(() => first.errors(), { timeout: 20_000 }).toContain("cursor");
    first.child.kill("SIGINT");
    expect(await first.ended()).toBe(130);
    const resume = /--host large\.test --endpoint \S+ --resume (\S+)/.exec(first.output())?.[1] ?? "";
    expect(first.output()).toContain("Not done. Go on with: npm run purge -- ");
    expect(await left("large.test")).toBeGreaterThan(0);
    const second = run(edge.url, ["--host", "large.test", "--resume", resume]);
    expect([await second.ended(), await left("large.test")]).toEqual([0, 0]);
    const [one, two] = [first.errors(), second.output()].map((text) => Number(/(\d+) deleted/.exec(text)?.[1]));
    expect((one ?? 0) + (two ?? 0)).toBe(650);
  });

  test("what may pass is tried again: 503, a broken connection", async () => {
    await fillHost("shaky.test", 1);
    const shaky = await between((count, response) => {
      if (count === 1) response.writeHead(503, { "retry-after": "1" }).end("busy");
      if (count === 2) response.destroy();
      return count <= 2;
    });
    const { ended, errors } = run(shaky, ["--host", "shaky.test"]);
    expect([await ended(), await left("shaky.test")]).toEqual([0, 0]);
    expect(errors()).toContain("503 busy; again in 1 s");
  });

  test("a block is swept once more, and lifted again", async () => {
    const source = "https://blocked.test/a.jpg";
    const { source32 } = await sourceKeys(source);
    const settings = async () => (await edge.miniflare.getKVNamespace("THUMBS")).get("settings");
    const block = run(edge.url, ["--source", source, "--block", "--sweep", "0.2"]);
    expect([await block.ended(), block.output()]).toEqual([0, expect.stringContaining("in 2 steps")]);
    expect(await settings()).toContain(source32);
    const lift = run(edge.url, ["--source", source, "--lift"]);
    expect(await lift.ended()).toBe(0);
    expect(await settings()).not.toContain(source32);
  });

  test.each([
    ["a wrong secret", ["--host", "a.test"], "another", 1, "401"],
    ["a cursor of another purge", ["--host", "a.test", "--resume", "nonsense"], SECRET, 1, "body_invalid"],
    ["a path that is not ours", ["--path", "/nothing"], SECRET, 1, "404"],
    ["wrong arguments", ["--host"], SECRET, 2, "--host needs a value"],
  ])("%s is refused at once", async (_, args, secret, code, message) => {
    const { ended, errors, output } = run(edge.url, args, secret);
    expect([await ended(), errors()]).toEqual([code, expect.stringContaining(message)]);
    expect(errors()).not.toContain("again in");
    expect(output()).not.toContain("o on with");
    expect(output()).toMatch(code === 1 ? /^Not done: the Worker refuses this, and would again\./ : /^$/);
  });

  test("refused between two steps, it says to put that right first and how to go on then", async () => {
    await fillHost("midway.test", 650, ["THUMBS"]);
    const refusing = await between((count, response) => {
      if (count === 2) response.writeHead(401).end("no");
      return count === 2;
    });
    const { ended, output } = run(refusing, ["--host", "midway.test"]);
    expect(await ended()).toBe(1);
    expect(output()).toMatch(
      /^Not done\. The Worker refuses this until that is put right; then go on with: .* --resume \S/,
    );
  });
});
