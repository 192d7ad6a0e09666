/**
 * `npm run deploy` as a program, with the real wrangler, against the stand-in for the platform's API. It takes a minute, so
 * it runs with FIRSTLIGHT_LONG=1 only. Every step, with a quick wrangler: test/src/cli/deploy/run.test.ts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDeployment } from "../../src/cli/deploy/deployment.ts";
import { destroy } from "../../src/cli/deploy/destroy.ts";
import { realWrangler } from "../../src/cli/deploy/wrangler.ts";
import { contentsOf } from "../support/platform/account.ts";
import { type Platform, startPlatform } from "../support/platform.ts";

const MINUTES = 10 * 60_000;

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
      await platform?.[Symbol.asyncDispose]();
    });

    async function deploy(...args: readonly string[]) {
      const env = { PATH: process.env.PATH ?? "", HOME: folder, ...platform.env };
      const words = ["src/cli/deploy.ts", "--file", join(folder, "e2e.json"), "--no-test", ...args];
      const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (text += piece));
      await once(child, "close");
      return { code: child.exitCode, text };
    }

    const STOPS = [
      ["the first bucket", 0, "refused", "npx wrangler r2 bucket create firstlight-primary --location weur"],
      ["the namespace", 4, "lost", "npx wrangler kv namespace create"],
      ["the Worker's domain", 5, "refused", "npx wrangler deploy --config .firstlight/e2e.wrangler.json"],
    ] as const;
    test.each(STOPS)("stopped at %s, it says so, and goes on the next time", async (_, at, how, command) => {
      platform.breakAt({ at, how });
      const { code, text } = await deploy("--domain", "img.example.org", "--regions", "weur");
      expect([code, text]).toEqual([1, expect.stringContaining(`Stopped at: ${command}`)]);
      platform.breakAt(null);
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
      expect([...queues.values()].map(({ consumer }) => consumer)).toEqual(["firstlight"]);
      const secrets = scripts.get("firstlight")?.secrets ?? new Map<string, string>();
      expect([...secrets.keys()].sort()).toEqual(["PURGE_SECRET", "SIGNING_KEYS", "SIGNING_SALTS", "WARM_SECRET"]);
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
      const { code, text } = await deploy("--dry-run", "--regions", "weur,oc");
      expect([code, text]).toEqual([
        0,
        expect.stringContaining("would run: npx wrangler r2 bucket create firstlight-oc --location oc"),
      ]);
      expect(platform.writes().length).toBe(before);
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
          ...{ namespaces: ["firstlight-THUMBS"], databases: [], queues: ["firstlight-masters"] },
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
