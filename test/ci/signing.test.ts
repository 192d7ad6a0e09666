/**
 * The programs of docs/api-server/signing.md print what the Worker signs. A language that this machine does not have is
 * skipped. FIRSTLIGHT_LONG=1 gets it from a package: `npm run test:long -- signing`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { toBase64url } from "../../src/request/signing/base64url.ts";
import { signPath } from "../../src/request/signing/signature.ts";
import { LANGUAGES, type Language } from "../support/interpreters.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";

/** What a program signs. The first is the page's; the second has bytes and characters that programs treat in their own way. */
const PAGE = { key: "736563726574", salt: "68656c6c6f", source: "https://photos.example/a.jpg", options: "rs:fit:640" };
const HOSTILE = {
  key: "00ff255c0a27248061",
  salt: "ff00250a5c2700",
  source: "https://photos.example/ü/a%2Fb+c~.jpg?x=1&y=>?>",
  options: "rs:fill:300:200/q:80/f:webp",
};

const page = readFileSync("docs/api-server/signing.md", "utf8");
const folder = mkdtempSync(join(tmpdir(), "firstlight-signing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function addressOf({ key, salt, source, options }: typeof PAGE): Promise<string> {
  const path = `/${options}/${toBase64url(new TextEncoder().encode(source))}`;
  return `/${await signPath(path, { key: Buffer.from(key, "hex"), salt: Buffer.from(salt, "hex") })}${path}`;
}

function programOf(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
}

function hostileProgramOf(language: string): string {
  const names = Object.keys(PAGE) as (keyof typeof PAGE)[];
  return names.reduce((program, name) => program.replaceAll(PAGE[name], () => HOSTILE[name]), programOf(language));
}

/** The command that runs a program's file: the machine's own, else in the long test that of a package. */
async function commandOf(
  name: string,
  { probe: [program, ...args], run, install }: Language,
): Promise<readonly string[] | null> {
  if (spawnSync(program, args).status === 0) return run;
  if (!LONG || install === null) return null;
  mkdirSync(join(folder, name));
  return install(join(folder, name));
}

test("the page shows the address that every program prints", async () => {
  expect(page).toContain(`\n${await addressOf(PAGE)}\n`);
});

describe.each(Object.entries(LANGUAGES))("%s", (name, language) => {
  test("prints it, and the address of other keys and another source", { timeout: 300_000 }, async ({ skip }) => {
    const command = await commandOf(name, language);
    if (command === null) return skip(`this machine has no ${name}`);
    const [program = "", ...words] = command;
    const script = join(folder, language.file);
    for (const [text, what] of [
      [programOf(name), PAGE],
      [hostileProgramOf(name), HOSTILE],
    ] as const) {
      writeFileSync(script, text);
      const { stdout, stderr } = spawnSync(program, [...words, script], { encoding: "utf8" });
      expect([stdout, stderr]).toEqual([`${await addressOf(what)}\n`, ""]);
    }
  });
  test("has the same key, salt, source and options as the others, and no padding", () => {
    const text = programOf(name);
    for (const part of Object.values(PAGE)) expect(text).toContain(part);
    expect(text).toMatch(/Raw|rstrip|rtrim|delete\("="\)|tr -d '='/);
  });
});
