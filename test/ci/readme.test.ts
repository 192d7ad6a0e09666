import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const read = (file: string) => readFileSync(file, "utf8");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
].filter((file) => file.endsWith(".md"));
const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts);
const wrangler = read("wrangler.toml");
const readme = read("README.md");

describe("what the documents say is true", () => {
  it.each(PAGES)("%s: the targets of its links exist", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    for (const link of links) expect(existsSync(join(dirname(page), link)), `${page} -> ${link}`).toBe(true);
  });
  it.each(PAGES)("%s: the npm scripts that it names exist", (page) => {
    const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = ""]) => name);
    for (const name of named) expect(scripts, `${page} names npm run ${name}`).toContain(name);
  });
  it.each(PAGES)("%s: the files that it names in code exist", (page) => {
    const named = [...read(page).matchAll(/`((?:src|warmer|demo|bench|test|docs|\.ci)\/[\w./-]+)`/g)].map(
      ([, name = ""]) => name,
    );
    for (const name of named) expect(existsSync(name), `${page} names ${name}`).toBe(true);
  });
});

describe("the deployment in README creates everything that wrangler.toml binds", () => {
  const BUCKETS = [...wrangler.matchAll(/^bucket_name = "([^"]+)"/gm)].map(([, name = ""]) => name);
  const QUEUES = new Set([...wrangler.matchAll(/^queue = "([^"]+)"/gm)].map(([, name = ""]) => name));
  it.each(BUCKETS)("bucket %s, with its location hint if it is a regional one", (bucket) => {
    const region = bucket.slice("firstlight-".length);
    const hint = region === "primary" ? "" : ` --location ${region}`;
    expect(readme).toContain(`npx wrangler r2 bucket create ${bucket}${hint}\n`);
  });
  it.each([...QUEUES])("queue %s", (queue) => expect(readme).toContain(`npx wrangler queues create ${queue}\n`));
  it("the KV namespace", () => {
    expect(/^binding = "THUMBS"/m.test(wrangler)).toBe(true);
    expect(readme).toContain("npx wrangler kv namespace create THUMBS");
  });
  it("wrangler.toml has no secret", () => {
    expect(wrangler).not.toMatch(/^\s*\w*(SECRET|KEYS|SALTS|AUTHENTICATION)\w*\s*=/m);
  });
});
