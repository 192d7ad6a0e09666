/**
 * The programs of docs/api-server/signing.md print what the Worker signs. A language that this machine does not have is
 * skipped.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { toBase64url } from "../../src/request/signing/base64url.ts";
import { signPath } from "../../src/request/signing/signature.ts";

const LANGUAGES = {
  bash: { file: "a.sh", probe: ["openssl", "version"], run: ["bash"] },
  python: { file: "a.py", probe: ["python3", "--version"], run: ["python3"] },
  php: { file: "a.php", probe: ["php", "--version"], run: ["php"] },
  ruby: { file: "a.rb", probe: ["ruby", "--version"], run: ["ruby"] },
  go: { file: "a.go", probe: ["go", "version"], run: ["go", "run"] },
} as const;

const page = readFileSync("docs/api-server/signing.md", "utf8");
const folder = mkdtempSync(join(tmpdir(), "firstlight-signing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pair = { key: Buffer.from("secret"), salt: Buffer.from("hello") };
const path = `/rs:fit:640/${toBase64url(new TextEncoder().encode("https://photos.example/a.jpg"))}`;
const expected = `/${await signPath(path, pair)}${path}`;

function programOf(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
}

test("the page shows the address that every program prints", () => expect(page).toContain(`\n${expected}\n`));

describe.each(Object.entries(LANGUAGES))(
  "%s",
  (language, { file, probe: [command, ...args], run: [program, ...words] }) => {
    const isHere = spawnSync(command, args).status === 0;
    test.runIf(isHere)("prints it", { timeout: 60_000 }, () => {
      const script = join(folder, file);
      writeFileSync(script, programOf(language));
      const { stdout, stderr } = spawnSync(program, [...words, script], { encoding: "utf8" });
      expect([stdout, stderr]).toEqual([`${expected}\n`, ""]);
    });
    test("has the same key, salt, source and options as the others, and no padding", () => {
      const text = programOf(language);
      for (const part of ["736563726574", "68656c6c6f", "https://photos.example/a.jpg", "rs:fit:640"])
        expect(text).toContain(part);
      expect(text).toMatch(/Raw|rstrip|rtrim|delete\("="\)|tr -d '='/);
    });
  },
);
