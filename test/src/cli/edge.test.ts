import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEdge } from "../../../src/cli/edge/start.ts";
import { membersOf, type Running, startNpm, until } from "../../support/processGroup.ts";
import { createAuthority } from "../../support/sources/authority.ts";
import { jpegOf } from "../../support/sources/picture.ts";
import { startSource } from "../../support/sources/server.ts";

const GONE_WITHIN_MS = 2_000;
const START_MS = 60_000;

const npmRunEdge = (args: readonly string[], env: Record<string, string> = {}): Running =>
  startNpm(["run", "--silent", "edge", "--", ...args], env);
const readyUrl = (running: Running) => /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(running.output())?.[1];

describe("npm run edge", { timeout: 2 * START_MS }, () => {
  const SIGNALS = [
    ["SIGTERM to the group", "SIGTERM", "group"],
    ["SIGINT to the group", "SIGINT", "group"],
    ["SIGTERM to npm alone", "SIGTERM", "npm"],
    ["SIGTERM to the Node process alone", "SIGTERM", "node"],
  ] as const;

  it.each(SIGNALS)("answers when it says ready; %s leaves no process", async (_, signal, whom) => {
    const running = npmRunEdge(["--port", "0"]);
    const url = await until(() => readyUrl(running), START_MS);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const members = membersOf(running.group);
    expect(members.map(({ name }) => name)).toContain("workerd");
    const workerd = members.find(({ name }) => name === "workerd")?.pid ?? 0;
    const parent = Number(readFileSync(`/proc/${workerd}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
    process.kill({ group: -running.group, npm: running.group, node: parent }[whom], signal);
    await until(() => membersOf(running.group).length === 0, GONE_WITHIN_MS);
    expect(running.output().trim()).toBe(`ready ${url}`);
  });

  it("trusts for its sources what NODE_EXTRA_CA_CERTS names, and nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "firstlight-ca-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const authority = createAuthority();
    writeFileSync(join(folder, "root.pem"), authority.root);
    const picture = await jpegOf({ r: 200, g: 90, b: 40 });
    const [known, stranger] = await Promise.all([
      startSource({ picture, authority }),
      startSource({ picture, authority: createAuthority("A stranger") }),
    ]);
    onTestFinished(() => Promise.all([known.close(), stranger.close()]).then(() => undefined));
    const running = npmRunEdge(
      ["--port", "0", "--var", "ALLOWED_SOURCES=127.0.0.1", "--var", "ALLOW_LOOPBACK_SOURCES=true"],
      { NODE_EXTRA_CA_CERTS: join(folder, "root.pem") },
    );
    const url = await until(() => readyUrl(running), START_MS);
    const statusOf = async ({ https }: { https: number }) => {
      const source = encodeURIComponent(`https://127.0.0.1:${https}/picture.jpg`);
      return (await fetch(`${url}/unsafe/w:160/plain/${source}`)).status;
    };
    expect(await statusOf(known)).toBe(200);
    expect(await statusOf(stranger)).toBe(502);
    expect(running.errors()).toMatch(/^\{"msg":"request",.*"status":200/m);
  });

  it("leaves no process when ended before it was ready", async () => {
    const running = npmRunEdge(["--port", "0"]);
    await until(() => membersOf(running.group).some(({ name }) => name === "workerd"), START_MS);
    process.kill(-running.group, "SIGTERM");
    await until(() => membersOf(running.group).length === 0, GONE_WITHIN_MS);
  });

  it("says which port is taken and ends with an error", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await once(holder, "listening");
    const { port } = holder.address() as { port: number };
    const running = npmRunEdge(["--port", String(port)]);
    const [code] = await once(running.child, "close");
    expect(code).not.toBe(0);
    expect(running.errors()).toMatch(
      new RegExp(`^Port ${port} is taken; (\\d+ is free: --port \\d+|--port 0 takes any)`, "m"),
    );
    expect(running.output()).toBe("");
  });

  it("says that it serves nobody yet, and with --h2 how its certificate is trusted", async () => {
    const running = npmRunEdge(["--port", "0", "--h2"]);
    const url = await until(() => /^ready (https:\/\/127\.0\.0\.1:\d+)$/m.exec(running.output())?.[1], START_MS);
    expect(running.errors()).toMatch(/^This edge serves nobody yet: /m);
    const file = /NODE_EXTRA_CA_CERTS=(\S+)$/m.exec(running.errors())?.[1] ?? "";
    const session = connect(url, { ca: readFileSync(file) });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":path": "/healthz", "x-firstlight-colo": "MAD" });
    let text = "";
    for await (const chunk of stream) text += chunk;
    expect(JSON.parse(text)).toMatchObject({ status: "ok", region: "weur" });
  });

  it("takes its port from PORT, prints lines for people with --pretty, and is silent about whom it serves when it does", async () => {
    const running = npmRunEdge(["--pretty", "--var", "ALLOWED_SOURCES=images.test"], { PORT: "0" });
    const url = await until(() => readyUrl(running), START_MS);
    expect((await fetch(`${url}/photon/elsewhere.test/1.jpg`)).status).toBe(403);
    const line = /^\d\d:\d\d:\d\d reader 403 source_not_allowed \d+ ms photon elsewhere\.test enam/m;
    await until(() => line.test(running.errors()), START_MS);
    expect(running.errors()).not.toContain("serves nobody");
  });

  it("ends with what is wrong in its configuration, all of it", async () => {
    const running = npmRunEdge(["--port", "0", "--var", "REGIONS=weur,wnam", "--var", "QUEUE_MS=soon"]);
    const [code] = await once(running.child, "close");
    expect([code, running.output()]).toEqual([1, ""]);
    const last = running.errors().trim().split("\n").at(-1);
    expect(last).toMatch(
      /^The Worker does not start: QUEUE_MS: .*REGIONS names "wnam", and no bucket is bound as R2_WNAM$/,
    );
  });

  it("refuses settings that cannot be read with one line and the usage", async () => {
    const running = npmRunEdge(["--port", "0", "--settings", "/nowhere/settings.json"]);
    const [code] = await once(running.child, "close");
    expect([code, running.errors()]).toEqual([2, expect.stringMatching(/^--settings cannot be read: ENOENT/)]);
    expect(running.errors()).toMatch(/\nUsage: npm run edge -- /);
  });

  it("refuses an unknown flag with the usage", async () => {
    const running = npmRunEdge(["--prot", "1"]);
    const [code] = await once(running.child, "close");
    expect(code).toBe(2);
    expect(running.errors()).toContain("Unknown argument --prot");
    expect(running.errors()).toContain("npm run edge -- --port N");
  });
});

describe("startEdge", { timeout: START_MS }, () => {
  it("keeps the stores in the folder it is given, over a restart", async () => {
    const persist = mkdtempSync(join(tmpdir(), "firstlight-persist-"));
    onTestFinished(() => rmSync(persist, { recursive: true, force: true }));
    const first = await startEdge({ persist });
    await (await first.miniflare.getR2Bucket("R2_PRIMARY")).put("k", "kept");
    await (await first.miniflare.getKVNamespace("THUMBS")).put("k", "kept too");
    await first.stop();
    const second = await startEdge({ persist });
    onTestFinished(() => second.stop());
    expect(await (await (await second.miniflare.getR2Bucket("R2_PRIMARY")).get("k"))?.text()).toBe("kept");
    expect(await (await second.miniflare.getKVNamespace("THUMBS")).get("k")).toBe("kept too");
  });

  it("names workerd's process, puts its variables over the file's, and opens the buckets to S3 clients", async () => {
    const edge = await startEdge({ vars: { REGIONS: "weur" } });
    onTestFinished(() => edge.stop());
    expect(readFileSync(`/proc/${edge.workerdPid}/comm`, "utf8").trim()).toBe("workerd");
    expect(await edge.miniflare.getBindings()).toMatchObject({ REGIONS: "weur" });
    const { endpoint, accessKeyId, secretAccessKey } = edge.s3;
    const s3 = new S3Client({
      endpoint,
      region: "auto",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    onTestFinished(() => s3.destroy());
    await s3.send(new PutObjectCommand({ Bucket: "firstlight-weur", Key: "a/b", Body: "through S3" }));
    expect(await (await (await edge.miniflare.getR2Bucket("R2_WEUR")).get("a/b"))?.text()).toBe("through S3");
    const got = await s3.send(new GetObjectCommand({ Bucket: "firstlight-weur", Key: "a/b" }));
    expect(await got.Body?.transformToString()).toBe("through S3");
  });
});
