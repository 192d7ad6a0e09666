/** A whole deployment against a recording stand-in for the platform's API. The real wrangler: test/e2e/deploy.test.ts. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RawConfig } from "../../../../src/cli/deploy/configuration.ts";
import { type Deployment, NEW_DEPLOYMENT } from "../../../../src/cli/deploy/deployment.ts";
import { destroy } from "../../../../src/cli/deploy/destroy.ts";
import { WrongPlace } from "../../../../src/cli/deploy/provision.ts";
import { readRawConfig } from "../../../../src/cli/deploy/rawConfig.ts";
import { runDeploy } from "../../../../src/cli/deploy/run.ts";
import { CommandFailed } from "../../../../src/cli/deploy/wrangler.ts";
import { contentsOf } from "../../../support/platform/account.ts";
import { quickWrangler } from "../../../support/platform/wrangler.ts";
import { type Break, type Platform, startPlatform } from "../../../support/platform.ts";

const DEPLOYMENT: Deployment = { ...NEW_DEPLOYMENT, domain: "img.example.org" };

let raw: RawConfig;
let scratch: string;
beforeAll(async () => {
  raw = await readRawConfig(".");
  scratch = mkdtempSync(join(tmpdir(), "firstlight-deploy-test-"));
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A checkout with the files that a deployment reads, and an account of its own. */
async function operator(account?: Platform["account"]) {
  const top = mkdtempSync(join(scratch, "top-"));
  mkdirSync(join(top, "src/heavy"), { recursive: true });
  cpSync("src/heavy/wrangler.toml", join(top, "src/heavy/wrangler.toml"));
  writeFileSync(join(top, "src/worker.ts"), "export default {};");
  writeFileSync(join(top, "package-lock.json"), "{}");
  const platform = await startPlatform(account);
  onTestFinished(() => platform[Symbol.asyncDispose]());
  let given = 0;
  const shown: string[] = [];
  const deploy = (deployment = DEPLOYMENT, config = raw) =>
    runDeploy({
      ...{ deployment, raw: config, top, generated: ".firstlight/deployment.wrangler.json", further: [] },
      wrangler: quickWrangler(platform, top),
      say: (line) => void shown.push(line),
      random: (bytes) => new Uint8Array(bytes).fill(++given),
    });
  return { platform, top, deploy, shown };
}

let clean: unknown;
let writes: readonly string[];
beforeAll(async () => {
  const platform = await startPlatform();
  const top = mkdtempSync(join(scratch, "top-"));
  mkdirSync(join(top, "src/heavy"), { recursive: true });
  cpSync("src/heavy/wrangler.toml", join(top, "src/heavy/wrangler.toml"));
  writeFileSync(join(top, "package-lock.json"), "{}");
  const where = { deployment: DEPLOYMENT, raw, top, generated: ".firstlight/deployment.wrangler.json", further: [] };
  const random = (bytes: number) => new Uint8Array(bytes);
  await runDeploy({ ...where, wrangler: quickWrangler(platform, top), say: () => {}, random });
  clean = contentsOf(platform.account);
  writes = platform.writes();
  await platform[Symbol.asyncDispose]();
});

const QUEUES = [
  ...["firstlight-masters", "firstlight-avif", "firstlight-catalogue", "firstlight-recognise", "firstlight-likeness"],
  ...["firstlight-catalogue-dead", "firstlight-unrecognised"],
];

describe("npm run deploy", () => {
  test("makes buckets in their places before anything else, then KV, queue, the heavy Worker, the Worker", async () => {
    const { platform, deploy } = await operator();
    expect((await deploy()).changed).toBe(true);
    const { buckets, queues, scripts, domains, namespaces } = platform.account;
    expect([...buckets.values()].map(({ name, location }) => [name, location])).toEqual([
      ["firstlight-primary", "ENAM"],
      ["firstlight-enam", "ENAM"],
      ["firstlight-weur", "WEUR"],
      ["firstlight-apac", "APAC"],
      ["firstlight-oc", "OC"],
    ]);
    for (const { rules } of buckets.values())
      expect(rules.map(({ conditions }) => conditions.prefix)).toEqual(["2/o/"]);
    expect([...namespaces.values()].map(({ title }) => title)).toEqual(["firstlight-THUMBS"]);
    expect([...queues.values()].map(({ name, consumer }) => [name, consumer])).toEqual([
      ...QUEUES.map((queue) => [queue, "firstlight"]),
    ]);
    expect([...scripts.keys()]).toEqual(["firstlight-heavy", "firstlight"]);
    expect([...domains]).toEqual([["img.example.org", "firstlight"]]);
    expect(platform.writes()).toEqual(writes);
  });

  test("shows the secrets that it makes, once, and the platform has them", async () => {
    const { platform, deploy, shown } = await operator();
    const { secrets } = await deploy();
    expect(Object.keys(secrets)).toEqual([
      "SIGNING_KEYS",
      "SIGNING_SALTS",
      "WARM_SECRET",
      "PURGE_SECRET",
      "CATALOGUE_SECRET",
    ]);
    expect(new Set(Object.values(secrets)).size).toBe(5);
    expect(Object.fromEntries(platform.account.scripts.get("firstlight")?.secrets ?? [])).toEqual(secrets);
    for (const value of Object.values(secrets)) {
      expect(value).toMatch(/^[0-9a-f]{64}$/);
      expect(shown.filter((line) => line.includes(value))).toHaveLength(1);
    }
    const before = shown.length;
    expect((await deploy()).secrets).toEqual({});
    for (const value of Object.values(secrets)) expect(shown.slice(before).join()).not.toContain(value);
  });

  test("a second run changes nothing", async () => {
    const { platform, deploy } = await operator();
    await deploy();
    const before = platform.writes().length;
    expect((await deploy()).changed).toBe(false);
    expect(platform.writes().slice(before)).toEqual([]);
  });

  test("a changed source deploys both Workers again, and nothing else", async () => {
    const { platform, deploy, top } = await operator();
    await deploy();
    const before = platform.writes().length;
    writeFileSync(join(top, "src/worker.ts"), "export default { changed: true };");
    expect((await deploy()).changed).toBe(true);
    const uploads = platform
      .writes()
      .slice(before)
      .filter((line) => /scripts\/[\w-]+$/.test(line));
    expect(uploads).toEqual(["PUT workers/scripts/firstlight-heavy", "PUT workers/scripts/firstlight"]);
    expect(
      platform
        .writes()
        .slice(before)
        .some((line) => /buckets|namespaces|POST queues$/.test(line)),
    ).toBe(false);
  });

  test.each(["refused", "lost"] as const)("a failure at any step (%s) resumes", async (how) => {
    expect(writes.length).toBeGreaterThan(14);
    for (let at = 0; at < writes.length; at++) {
      const { platform, deploy } = await operator();
      platform.breakAt({ at, how } satisfies Break);
      await expect(deploy(), `write ${at}: ${writes[at]}`).rejects.toThrow(CommandFailed);
      platform.breakAt(null);
      await deploy();
      expect(contentsOf(platform.account), `write ${at}: ${writes[at]}`).toEqual(clean);
      expect((await deploy()).changed).toBe(false);
    }
  });

  test("the failure names the command and the platform's reason", async () => {
    const { platform, deploy } = await operator();
    platform.breakAt({ at: 0, how: "refused" });
    await expect(deploy()).rejects.toMatchObject({
      command: "npx wrangler r2 bucket create firstlight-primary --location enam --update-config=false",
      message: "Authentication error [code: 10000]",
    });
  });
});

describe("places", () => {
  const wrong = async () => {
    const made = await operator();
    made.platform.account.places.set("firstlight-weur", "ENAM");
    const { places } = made.platform.account;
    await fetch(
      `${made.platform.env.CLOUDFLARE_API_BASE_URL}/accounts/${made.platform.env.CLOUDFLARE_ACCOUNT_ID}/r2/buckets`,
      {
        method: "POST",
        body: JSON.stringify({ name: "firstlight-weur", locationHint: "weur" }),
      },
    );
    return { ...made, places, before: made.platform.writes().length };
  };
  test("a bucket in another place stops it before anything is made, and it says both ways out", async () => {
    const { platform, deploy, before } = await wrong();
    const failure = await deploy().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WrongPlace);
    expect(String(failure)).toContain("Bucket firstlight-weur is in enam, and its region is weur");
    expect(String(failure)).toContain('"buckets": {"R2_WEUR": "NAME"}');
    expect(platform.writes().length).toBe(before);
  });
  test("under another name it is made in its place", async () => {
    const { platform, deploy } = await wrong();
    await deploy({ ...DEPLOYMENT, buckets: { R2_WEUR: "firstlight-weur-2" } });
    expect(platform.account.buckets.get("firstlight-weur-2")?.location).toBe("WEUR");
  });
  test("it may stay there", async () => {
    const { deploy } = await wrong();
    expect((await deploy({ ...DEPLOYMENT, acceptedPlaces: ["firstlight-weur"] })).changed).toBe(true);
  });
});

describe("regions and bindings", () => {
  test("regions that are not deployed have no bucket; one that wrangler.toml does not know gets one", async () => {
    const { platform, deploy } = await operator();
    await deploy({ ...DEPLOYMENT, regions: ["weur", "wnam"] });
    expect([...platform.account.buckets.values()].map(({ name, location }) => [name, location])).toEqual([
      ["firstlight-primary", "WEUR"],
      ["firstlight-weur", "WEUR"],
      ["firstlight-wnam", "WNAM"],
    ]);
  });
  test("regions may be added and reordered later: the primary bucket stays where it is", async () => {
    const { platform, deploy } = await operator();
    await deploy({ ...DEPLOYMENT, regions: ["enam"] });
    await deploy({ ...DEPLOYMENT, regions: ["weur", "enam"] });
    expect([...platform.account.buckets.values()].map(({ name, location }) => [name, location])).toEqual([
      ["firstlight-primary", "ENAM"],
      ["firstlight-enam", "ENAM"],
      ["firstlight-weur", "WEUR"],
    ]);
  });
  test("a binding that deploy has never heard of passes as it is", async () => {
    const { platform, deploy } = await operator();
    const bindings = [
      { name: "COORDINATOR", class_name: "A" },
      { name: "NEWCOMER", class_name: "B" },
    ];
    await deploy(DEPLOYMENT, { ...raw, durable_objects: { bindings }, migrations: [{ tag: "v9" }] });
    const names = platform.account.scripts.get("firstlight")?.metadata.bindings?.map(({ name }) => name);
    expect(names).toContain("NEWCOMER");
  });
  test("every Durable Object of wrangler.toml is deployed", async () => {
    const { platform, deploy } = await operator();
    await deploy();
    const { bindings } = raw.durable_objects as { readonly bindings: readonly { readonly name: string }[] };
    const names = platform.account.scripts.get("firstlight")?.metadata.bindings?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(bindings.map(({ name }) => name)));
    expect(bindings.length).toBeGreaterThan(1);
  });
  test("an id that wrangler.toml has is used, and no namespace is made", async () => {
    const { platform, deploy } = await operator();
    await deploy(DEPLOYMENT, { ...raw, kv_namespaces: [{ binding: "THUMBS", id: "of-the-operator" }] });
    expect(platform.account.namespaces.size).toBe(0);
  });
});

describe("npm run deploy -- --destroy", () => {
  const RESOURCES = {
    buckets: [
      { name: "firstlight-enam", location: "enam", isFixed: true },
      { name: "firstlight-primary", location: "enam", isFixed: false },
    ],
    ...{ namespaces: ["firstlight-THUMBS"], databases: [], queues: QUEUES },
  };
  const order = (platform: Platform, top: string, answers: readonly string[]) => {
    const left = [...answers];
    return {
      ...{ resources: RESOURCES, workers: ["firstlight", "firstlight-heavy"], domain: "img.example.org" },
      ...{ wrangler: quickWrangler(platform, top), say: () => {}, ask: async () => left.shift() ?? "" },
    };
  };
  test.each([
    ["no answer", []],
    ["another domain", ["img.example.com", "DESTROY"]],
    ["only the first answer", ["img.example.org"]],
    ["a second answer that is not the word", ["img.example.org", "destroy"]],
  ])("%s deletes nothing", async (_, answers) => {
    const { platform, deploy, top } = await operator();
    await deploy({ ...DEPLOYMENT, regions: ["enam"] });
    const before = platform.writes().length;
    expect(await destroy(order(platform, top, answers))).toBe("kept");
    expect(platform.writes().length).toBe(before);
  });
  test("both answers delete everything; a bucket with objects is emptied by a rule first", async () => {
    const { platform, deploy, top } = await operator();
    await deploy({ ...DEPLOYMENT, regions: ["enam"] });
    const primary = platform.account.buckets.get("firstlight-primary");
    if (primary !== undefined) primary.isEmpty = false;
    const answers = ["img.example.org", "DESTROY"];
    expect(await destroy(order(platform, top, answers))).toBe("later");
    expect(primary?.rules.map(({ id }) => id)).toEqual(["originals", "everything"]);
    expect(await destroy(order(platform, top, answers))).toBe("later");
    expect(primary?.rules).toHaveLength(2);
    if (primary !== undefined) primary.isEmpty = true;
    expect(await destroy(order(platform, top, answers))).toBe("done");
    expect(contentsOf(platform.account)).toEqual({ buckets: [], namespaces: [], queues: [], scripts: [], domains: [] });
  });
});
