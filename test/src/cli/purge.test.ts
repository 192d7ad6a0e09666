/** `npm run purge` as a program, and `npm run weather`, which needs the same secret, against a running edge and against one whose answers fail in between. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Edge, startEdge } from "../../../src/cli/edge/start.ts";
import { hostHash, sourceKeys } from "../../../src/store/schema/key.ts";
import { SEEDER, seed } from "../../support/seeder.ts";

const SECRET = "purge secret of this test";
const BUCKETS = ["R2_PRIMARY", "R2_ENAM", "R2_WEUR", "R2_APAC", "R2_OC"] as const;
const EVERYWHERE = [...BUCKETS, "THUMBS"];

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ heavy: false, vars: { PURGE_SECRET: SECRET }, beside: { seeder: SEEDER } });
}, 60_000);
afterAll(() => edge?.stop());

type Run = { readonly child: ChildProcess; errors(): string; output(): string; ended(): Promise<number | null> };

function run(endpoint: string, args: readonly string[], secret = SECRET, program = "src/cli/purge.ts"): Run {
  const env = { PATH: process.env.PATH ?? "", PURGE_SECRET: secret, PURGE_ENDPOINT: endpoint };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (errors += chunk));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(() => child.exitCode);
  return { child, errors: () => errors, output: () => output, ended: () => ended };
}

/** Stores `count` sources of a host, each in every store or only in those of `bindings`. */
async function fillHost(host: string, count: number, bindings: readonly string[] = EVERYWHERE): Promise<void> {
  const seeds = Array.from({ length: count }, async (_, i) => {
    const source = `https://${host}/${i % 2 === 0 ? "even" : "odd"}/${i}.jpg`;
    const key = `${(await sourceKeys(source)).renditions}${"0".repeat(32)}`;
    return bindings.map((binding) => ({ binding, key, bytes: "AAAA", metadata: { source } }));
  });
  await seed(edge.beside.seeder ?? "", (await Promise.all(seeds)).flat());
}

/** How many renditions of a host are in all stores. */
async function left(host: string): Promise<number> {
  const prefix = `2/t/${await hostHash(host)}/`;
  const kv = await edge.miniflare.getKVNamespace("THUMBS");
  const counts = await Promise.all(
    BUCKETS.map(async (name) => (await (await edge.miniflare.getR2Bucket(name)).list({ prefix })).objects.length),
  );
  return counts.reduce((sum, count) => sum + count, (await kv.list({ prefix })).keys.length);
}

test("npm run weather: what is set is shown, and the map that the warmer reads has it", async () => {
  const weather = async (...args: readonly string[]) => {
    const { ended, errors, output } = run(edge.url, args, SECRET, "src/cli/weather.ts");
    return [await ended(), output(), errors()] as const;
  };
  const map = async () => (await fetch(`${edge.url}/regions?v=0`)).json();
  expect(await weather("set", "MAD", "enam")).toEqual([0, expect.stringContaining("set      MAD -> enam"), ""]);
  expect(await map()).toEqual({ v: 1, version: 1, colos: { MAD: "enam" } });
  const [code, shown] = await weather("show");
  expect([code, shown.split("\n")[0]]).toEqual([0, "weather  on; map version 1; regions enam, weur, apac, oc"]);
  expect(await weather("set", "MAD", "mars")).toEqual([1, "", expect.stringContaining('region cannot be "mars"')]);
  expect((await weather("set", "MAD", "table"))[0]).toBe(0);
  expect(await map()).toEqual({ v: 1, version: 2, colos: {} });
});

/** A server in front of the edge. `meddle` gets the number of the request and may answer in the edge's place. */
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
    expect([await first.ended(), first.output()]).toEqual([0, expect.stringMatching(/^Done: 18 deleted in 1 step, /)]);
    expect(first.errors()).toMatch(/18 deleted, \d+\/s, step 1/);
    expect([await left("gone.test"), await left("stays.test")]).toEqual([0, 6]);
    const second = run(edge.url, ["--host", "gone.test"]);
    expect([await second.ended(), second.output()]).toEqual([0, expect.stringMatching(/^Done: 0 deleted/)]);
  });

  test("a prefix: sources that begin with it go, others stay", async () => {
    await fillHost("half.test", 4);
    const { ended } = run(edge.url, ["--prefix", "https://half.test/even/"]);
    expect([await ended(), await left("half.test")]).toEqual([0, 12]);
  });

  test("interrupted between two steps, it prints the command that goes on from there", async () => {
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

  test("503 and a cut connection are tried again", async () => {
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

  test("a block deletes twice; a lift ends it", async () => {
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
    ["a wrong argument", ["--host"], SECRET, 2, "--host needs a value"],
  ])("%s is refused at once", async (_, args, secret, code, message) => {
    const { ended, errors, output } = run(edge.url, args, secret);
    expect([await ended(), errors()]).toEqual([code, expect.stringContaining(message)]);
    expect(errors()).not.toContain("again in");
    expect(output()).not.toContain("o on with");
    expect(output()).toMatch(
      code === 1 ? /^Not done: the Worker refuses this, and another try would be refused too\./ : /^$/,
    );
  });

  test("refused between two steps, it says to correct that first, and prints the command that goes on", async () => {
    await fillHost("midway.test", 650, ["THUMBS"]);
    const refusing = await between((count, response) => {
      if (count === 2) response.writeHead(401).end("no");
      return count === 2;
    });
    const { ended, output } = run(refusing, ["--host", "midway.test"]);
    expect(await ended()).toBe(1);
    expect(output()).toMatch(
      /^Not done\. The Worker refuses this until you correct that\. Then go on with: .* --resume \S/,
    );
  });

  test("a server that is not the Worker is named by what it answers", async () => {
    const other = await between((_, response) => {
      response.writeHead(302, { location: "https://login.test/" }).end();
      return true;
    });
    const { ended, errors } = run(other, ["--host", "a.test"]);
    expect([await ended(), errors()]).toEqual([
      1,
      expect.stringContaining("302 to https://login.test/ (is there a log-in"),
    ]);
  });
});

describe("npm run purge -- --dry-run", { timeout: 60_000 }, () => {
  test("prints the request and the hashes, and sends nothing", async () => {
    let requests = 0;
    const counting = await between(() => {
      requests++;
      return false;
    });
    const source = "http://dry.test/a.jpg";
    const { ended, output } = run(counting, ["--source", source, "--block", "--dry-run"]);
    expect([await ended(), requests]).toEqual([0, 0]);
    const { host16, source32 } = await sourceKeys("https://dry.test/a.jpg");
    const plain = await sourceKeys(source);
    for (const part of [
      `POST ${counting}/purge {"source":"${source}","block":true}`,
      "it waits 150 s and deletes once more what was stored meanwhile; the block stays",
      host16,
      source32,
      plain.source32,
      "Nothing was sent.",
    ]) {
      expect(output()).toContain(part);
    }
  });

  test("a mark is one request that deletes nothing", async () => {
    const { ended, output } = run("http://127.0.0.1:9", ["--host", "dry.test", "--stale", "--dry-run"]);
    expect(await ended()).toBe(0);
    expect(output()).toContain('/purge {"host":"dry.test","stale":true}');
    expect(output()).toContain("nothing is deleted");
    expect(output()).not.toContain("cursor");
  });

  test.each([
    ["a host", ["--host", "DRY.test"], "host        dry.test"],
    ["a prefix", ["--prefix", "https://dry.test/a/"], "sources that begin with https://dry.test/a/"],
    ["a maker", ["--maker", "1-libwebp1"], "maker       1-libwebp1"],
    ["a path", ["--path", "/_/w:1/x"], "with its own keys"],
  ])("%s", async (_, args, line) => {
    const { ended, output } = run("http://127.0.0.1:9", [...args, "--dry-run"]);
    expect([await ended(), output()]).toEqual([0, expect.stringContaining(line)]);
  });

  test.each([
    ["a host that is none", ["--host", "a b"], "The Worker would refuse this: "],
    ["a maker that is no version", ["--maker", "a b"], "maker must be a version"],
  ])("%s is refused as the Worker would", async (_, args, words) => {
    const { ended, errors } = run("http://127.0.0.1:9", [...args, "--dry-run"]);
    expect([await ended(), errors()]).toEqual([1, expect.stringContaining(words)]);
  });
});

describe("npm run purge -- --list", { timeout: 60_000 }, () => {
  const listing = (...args: readonly string[]) => {
    const { endpoint, accessKeyId, secretAccessKey } = edge.s3;
    const flags = ["--s3-endpoint", endpoint, "--access-key", accessKeyId, "--secret-key", secretAccessKey];
    return run(edge.url, ["--list", ...flags, ...args]);
  };

  test("shows what is blocked and when it was purged, and of one source whether it is blocked", async () => {
    const source = "https://listed.test/a.jpg";
    const { host16, source32 } = await sourceKeys(source);
    expect(await run(edge.url, ["--source", source, "--block", "--sweep", "0"]).ended()).toBe(0);
    expect(await run(edge.url, ["--host", "taken.test", "--block", "--sweep", "0"]).ended()).toBe(0);
    const all = listing();
    expect(await all.ended()).toBe(0);
    expect(all.output()).toMatch(new RegExp(`1 host is blocked, by host16:\n  ${await hostHash("taken.test")}\n`));
    expect(all.output()).toContain(source32);
    expect(all.output()).toMatch(new RegExp(`  ${host16}  \\d{4}-\\d\\d-\\d\\dT`));
    expect(all.output()).toContain("0 makers are retired");

    const one = listing("--source", source);
    expect([await one.ended(), one.output()]).toEqual([0, expect.stringContaining(`${source32}  blocked`)]);
    const host = listing("--host", "listed.test");
    expect([await host.ended(), host.output()]).toEqual([
      0,
      expect.stringMatching(/not blocked\n {2}last purged \d{4}/),
    ]);
    const other = listing("--host", "other.test");
    expect([await other.ended(), other.output()]).toEqual([0, expect.stringContaining("never purged")]);

    expect(await run(edge.url, ["--source", source, "--lift"]).ended()).toBe(0);
    const lifted = listing("--source", source);
    expect([await lifted.ended(), lifted.output()]).toEqual([0, expect.stringContaining(`${source32}  not blocked`)]);
  });

  test("a ledger that is not there: nothing was ever purged", async () => {
    const empty = await startEdge({ heavy: false, vars: { PURGE_SECRET: SECRET } });
    onTestFinished(() => empty.stop());
    const only = run(empty.url, [
      "--list",
      "--s3-endpoint",
      empty.s3.endpoint,
      "--access-key",
      empty.s3.accessKeyId,
      "--secret-key",
      empty.s3.secretAccessKey,
    ]);
    expect([await only.ended(), only.output()]).toEqual([
      0,
      expect.stringMatching(/^Nothing was ever blocked or purged/),
    ]);
  });

  test.each([
    ["another bucket", ["--bucket-prefix", "none-"], "none-primary at", "there is no such bucket"],
    ["a wrong key", [], "firstlight-primary at", "the secret key does not belong to the access key ID"],
  ])("%s fails in words", async (name, args, where, words) => {
    const { endpoint, accessKeyId, secretAccessKey } = edge.s3;
    const secret = name === "a wrong key" ? "wrong" : secretAccessKey;
    const flags = ["--s3-endpoint", endpoint, "--access-key", accessKeyId, "--secret-key", secret];
    const { ended, errors } = run(edge.url, ["--list", ...flags, ...args]);
    expect(await ended()).toBe(1);
    expect(errors()).toContain(where);
    expect(errors()).toContain(words);
  });

  test("without the keys of the buckets it says what is needed", async () => {
    const { ended, errors } = run(edge.url, ["--list"]);
    expect(await ended()).toBe(2);
    for (const name of ["S3_ENDPOINT", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"]) expect(errors()).toContain(name);
  });
});
