/** What a stranger reads first, and what GitHub runs, names only things that are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SETTINGS } from "../../src/config/table.ts";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const FOLDERS = [".github", ".github/ISSUE_TEMPLATE", ".github/workflows"];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${folder}/${name}`),
);

test.each(files.concat("SECURITY.md", "CODE_OF_CONDUCT.md", "docs/operator/operations.md", "docs/operator/purge.md"))(
  "%s names scripts and files that are there",
  (file) => {
    const text = readFileSync(file, "utf8");
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = ""]) => name);
    for (const name of named) expect(Object.keys(scripts), `${file}: npm run ${name}`).toContain(name);
    const paths = [...text.matchAll(/(?:\]\(|`| )((?:docs|test|src|\.ci)\/[\w/.-]+\w)/g)].map(([, path = ""]) => path);
    for (const path of paths) expect(existsSync(path), `${file} names ${path}`).toBe(true);
  },
);

describe(".github", () => {
  const ci = readFileSync(".github/workflows/ci.yml", "utf8");
  test("CI runs .ci/run, the budget, and the deployment with the real wrangler", () => {
    for (const line of ["- run: .ci/run", "npm run --silent budget -- --startup", "test/e2e/deploy.test.ts"]) {
      expect(ci).toContain(line);
    }
  });
  test("a workflow has only the rights that it needs, and actions of GitHub alone", () => {
    for (const file of readdirSync(".github/workflows")) {
      const text = readFileSync(`.github/workflows/${file}`, "utf8");
      expect(text, file).toMatch(/^permissions:\n {2}contents: (read|write)\n/m);
      expect(text.match(/uses: (?!actions\/)/g), file).toBeNull();
      expect(text, file).not.toMatch(/pull_request_target|secrets\./);
    }
  });
  test("an issue form asks for what a maintainer needs", () => {
    const bug = readFileSync(".github/ISSUE_TEMPLATE/bug.yml", "utf8");
    for (const word of ["--explain", "doctor", "version", "SECURITY.md"]) expect(bug).toContain(word);
  });
});

describe(".dev.vars.example", () => {
  const lines = readFileSync(".dev.vars.example", "utf8")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  const names = lines.map((line) => line.split("=", 1)[0] ?? "");
  const settings = Object.values(SETTINGS) as readonly { readonly variable: string; readonly secret?: true }[];
  test("has every secret that the Worker knows", () => {
    const secrets = settings.filter(({ secret }) => secret).map(({ variable }) => variable);
    expect(names).toEqual(expect.arrayContaining(secrets));
  });
  test("has only variables that the Worker knows, and git ignores the file that it becomes", () => {
    for (const name of names) expect(settings.map(({ variable }) => variable)).toContain(name);
    expect(readFileSync(".gitignore", "utf8").split("\n")).toContain(".dev.vars");
  });
});
