/**
 * `npm run deploy` as a program, with the real wrangler, against the stand-in for the platform's API. It takes a minute, so
 * it runs with FIRSTLIGHT_LONG=1 only. Every step, with a quick wrangler: test/src/cli/deploy/run.test.ts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readDeployment } from "../../src/cli/deploy/deployment.ts";
import { destroy } from "../../src/cli/deploy/destroy.ts";
import { realWrangler } from "../../src/cli/deploy/wrangler.ts";
import { startEdge } from "../../src/cli/edge/start.ts";
import { contentsOf } from "../support/platform/account.ts";
import { type Platform, startPlatform } from "../support/platform.ts";

const MINUTES = 10 * 60_000;
const QUEUES = [
  ...["firstlight-masters", "firstlight-avif", "firstlight-catalogue", "firstlight-recognise", "firstlight-likeness"],
  ...["firstlight-catalogue-dead", "firstlight-unrecognised"],
];
const KEYS = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" };

describe.runIf(process.env.FIRSTLIGHT_LONG === "1")(
  "npm run deploy with the real wrangler",
  { timeout: MINUTES },
  () => {
    let platform: Platform;
    let folder: string;
    beforeAll(async () => {
      platform = await startPlatform();
      folder = mkdtempSync(join(tmpdir(), "firstlight-deploy-e2e-"));
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      for (const kind of ["wrangler", "done"]) rmSync(`.firstlight/e2e.${kind}.json`, { force: true });
      await platform?.[Symbol.asyncDispose]();
    });

    const deploy = (...args: readonly string[]) => run("deploy", "--no-test", ...args);

    async function run(program: string, ...args: readonly string[]) {
      const env = { PATH: process.env.PATH ?? "", HOME: folder, ...platform.env, ...KEYS };
      const words = [`src/cli/${program}.ts`, ...args, "--file", join(folder, "e2e.json")];
      const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (text += piece));
      await once(child, "close");
      return { code: child.exitCode, text };
    }

    const STOPS = [
      ["the first bucket", 0, "refused", "npx wrangler r2 bucket create firstlight-primary --location weur"],
      ["the namespace", 4, "lost", "npx wrangler kv namespace create"],
      ["the Worker's domain", 9, "refused", "npx wrangler deploy --config .firstlight/e2e.wrangler.json"],
    ] as const;
    test.each(STOPS)("stopped at %s, it says so, and goes on the next time", async (_, at, how, command) => {
      platform.breakAt({ at, how });
      const { code, text } = await deploy("--domain", "img.example.org", "--regions", "weur");
      platform.breakAt(null);
      expect([code, text]).toEqual([1, expect.stringContaining(`Stopped at: ${command}`)]);
    });

    test("the last run ends it; both Workers, domain and queue are there", async () => {
      const { code, text } = await deploy();
      expect([code, text]).toEqual([0, expect.stringContaining("Deployed.")]);
      const { buckets, scripts, domains, queues } = platform.account;
      expect([...buckets.values()].map(({ name, location }) => [name, location])).toEqual([
        ["firstlight-primary", "WEUR"],
        ["firstlight-weur", "WEUR"],
      ]);
      expect([...scripts.keys()].sort()).toEqual(["firstlight", "firstlight-heavy"]);
      expect([...domains]).toEqual([["img.example.org", "firstlight"]]);
      expect([...queues.values()].map(({ name, consumer }) => [name, consumer])).toEqual(
        QUEUES.map((queue) => [queue, "firstlight"]),
      );
      const secrets = scripts.get("firstlight")?.secrets ?? new Map<string, string>();
      expect([...secrets.keys()].sort()).toEqual([
        "CATALOGUE_SECRET",
        "PURGE_SECRET",
        "SIGNING_KEYS",
        "SIGNING_SALTS",
        "WARM_SECRET",
      ]);
      expect(readDeployment(join(folder, "e2e.json"))?.domain).toBe("img.example.org");
    });

    test("a further run changes nothing", async () => {
      const before = [platform.writes().length, JSON.stringify(contentsOf(platform.account))];
      const { code, text } = await deploy();
      expect([code, text]).toEqual([0, expect.stringContaining("Nothing has changed.")]);
      expect([platform.writes().length, JSON.stringify(contentsOf(platform.account))]).toEqual(before);
    });

    test("--dry-run changes nothing and shows the commands", async () => {
      const before = platform.writes().length;
      const { code, text } = await run("deploy", "--dry-run", "--regions", "weur,oc");
      expect([code, text]).toEqual([
        0,
        expect.stringContaining("would run: npx wrangler r2 bucket create firstlight-oc --location oc"),
      ]);
      const said = [
        "would serve https://img.example.org (custom domain)",
        "would run the self-test: npm run doctor -- https://img.example.org",
        "The second Worker, which decodes heavy kinds, would be built as:",
        "The Worker would be built as:",
        "Nothing was changed. To do it: the same without --dry-run.",
      ];
      expect(said.filter((line) => !text.includes(line))).toEqual([]);
      expect(platform.writes().length).toBe(before);
    });

    test("settings: put, get, and a change of somebody else is not overwritten", async () => {
      const [file, copy] = [join(folder, "settings.json"), join(folder, "copy.json")];
      const [{ id, values } = { id: "", values: new Map<string, string>() }] = platform.account.namespaces.values();
      // Ids of the stand-in are the same in every run.
      const forget = () => rmSync(`.firstlight/settings-${id}.seen`, { force: true });
      forget();
      onTestFinished(forget);
      writeFileSync(file, '{"allowedSources":["a.example"]}');
      expect(await run("settings", "put", file)).toMatchObject({ code: 0 });
      expect(await run("settings", "get", copy)).toMatchObject({ code: 0 });
      expect(readFileSync(copy, "utf8")).toBe(`${readFileSync(file, "utf8")}\n`);
      values.set("settings", "{}");
      writeFileSync(file, '{"allowedSources":["b.example"]}');
      expect(await run("settings", "put", file)).toMatchObject({
        code: 1,
        text: expect.stringContaining("Not stored: somebody changed the settings"),
      });
      expect(values.get("settings")).toBe("{}");
      writeFileSync(file, "{\n  oops");
      expect(await run("settings", "put", file)).toMatchObject({
        code: 1,
        text: expect.stringContaining("line 2, column 3"),
      });
    });

    test("keys add: a Worker with the present keys gets both; with other keys nothing changes", async () => {
      const edge = await startEdge({ heavy: false, vars: KEYS });
      const other = await startEdge({ heavy: false, vars: { SIGNING_KEYS: "aa", SIGNING_SALTS: "bb" } });
      onTestFinished(async () => void (await Promise.all([edge.stop(), other.stop()])));
      const secrets = () => platform.account.scripts.get("firstlight")?.secrets.get("SIGNING_KEYS");
      const before = secrets();
      expect(await run("keys", "add", "--endpoint", other.url)).toMatchObject({
        code: 1,
        text: expect.stringContaining("Nothing was changed: the Worker has other keys"),
      });
      expect(secrets()).toBe(before);
      expect(await run("keys", "add", "--endpoint", edge.url)).toMatchObject({ code: 0 });
      expect(secrets()).toMatch(new RegExp(`^${KEYS.SIGNING_KEYS},[0-9a-f]{64}$`));
    });

    test("destroy leaves nothing", async () => {
      const answers = ["img.example.org", "DESTROY"];
      const end = await destroy({
        resources: {
          buckets: ["primary", "weur"].map((name) => ({
            name: `firstlight-${name}`,
            location: "weur",
            isFixed: false,
          })),
          ...{ namespaces: ["firstlight-THUMBS"], databases: [], queues: QUEUES },
        },
        ...{ workers: ["firstlight", "firstlight-heavy"], domain: "img.example.org", say: () => {} },
        wrangler: realWrangler(platform.env, () => {}),
        ask: async () => answers.shift() ?? "",
      });
      expect([end, contentsOf(platform.account)]).toEqual([
        "done",
        { buckets: [], namespaces: [], queues: [], scripts: [], domains: [] },
      ]);
    });
  },
);
