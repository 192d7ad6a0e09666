/** No file of the project names a page that is not there: not in a link, a comment, a message or a test. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, test } from "vitest";

/** Files of other projects, and the rows of this test. */
const FOREIGN = /^(test\/support\/clients\/next\/|test\/ci\/links\.test\.ts$)/;
/** Pages of others, and a page that a release writes. */
const NOT_OURS: readonly string[] = ["SKILL.md", "notes.md"];
const BINARY = /\.(webp|wasm|png|jpe?g|gif|avif|jxl|tiff?|bmp|ico|svg|ttf|bin|gz)$/;

const files = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .stdout.split("\n")
  .filter((name) => name !== "" && existsSync(name) && !FOREIGN.test(name));
const texts = files.filter((name) => !BINARY.test(name)).map((name) => [name, readFileSync(name, "utf8")] as const);
const pages = texts.filter(([name]) => name.endsWith(".md"));

/** The anchors of a page, as GitHub makes them: lower case, without punctuation, a hyphen for each space. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, title = ""] of markdown.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

/** The links of a page that lead to the project itself: `page.md#anchor`, `#anchor`, `../README.md`. */
function linksOf(markdown: string): readonly string[] {
  const text = markdown.replace(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/\]\((?!https?:|mailto:|\.\.\/\.\.\/actions\/)([^)\s]+)\)/g)].map(([, link = ""]) => link);
}

/** The dead links of a page, each with the reason. */
function deadLinks(page: string, markdown: string): readonly string[] {
  return linksOf(markdown).flatMap((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : posix.join(posix.dirname(page), path);
    if (!existsSync(target)) return [`${link}: no such file`];
    if (anchor === undefined) return [];
    if (!target.endsWith(".md") || statSync(target).isDirectory()) return [`${link}: an anchor in something else`];
    const isHere = anchorsOf(target === page ? markdown : readFileSync(target, "utf8")).has(anchor);
    return isHere ? [] : [`${link}: no such heading`];
  });
}

/** What a text names below docs/, and every Markdown page that it names. Addresses, globs and links do not count. */
function mentionsIn(text: string): readonly string[] {
  // In a regular expression slashes and dots are escaped.
  const plain = text.replace(/\\([/.])/g, "$1");
  const local = plain.replace(/https?:\/\/[^\s)"'`]+/g, "").replace(/\[[^\]]*\]\([^)]*\)/g, "");
  const named =
    local.match(/(?<![\w./@$}{*-])(?:docs\/[\w./-]*\w|(?:\.\.?\/)*[\w-][\w./-]*\.md)(?![\w*{$]|\/\w)/g) ?? [];
  return [...new Set(named)];
}

/** Whether a file means something that is there: a path from the root, or from its own folder. */
const isThere = (file: string, name: string) => existsSync(name) || existsSync(join(dirname(file), name));

test("the pages are found: of this project, in every folder of docs/", () => {
  const names = pages.map(([name]) => name);
  for (const name of ["README.md", "docs/README.md", "docs/inside/architecture.md"]) expect(names).toContain(name);
});

test.each(pages)("%s: its links lead to files and headings that are there", (page, markdown) => {
  expect(deadLinks(page, markdown)).toEqual([]);
});

test("no file names a page that is not there", () => {
  const dead = texts.flatMap(([file, text]) =>
    mentionsIn(text)
      .filter((name) => !NOT_OURS.includes(name) && !isThere(file, name))
      .map((name) => `${file}: ${name}`),
  );
  expect(dead).toEqual([]);
});

test("docs/README.md leads to every page", () => {
  const index = readFileSync("docs/README.md", "utf8");
  const linked = new Set(linksOf(index).map((link) => posix.join("docs", link.split("#")[0] ?? "")));
  for (const [name] of pages) {
    if (!name.startsWith("docs/") || name === "docs/README.md" || name.startsWith("docs/inside/decisions/")) continue;
    expect(linked, `docs/README.md does not lead to ${name}`).toContain(name);
  }
});

describe("the readers of this test", () => {
  test.each([
    ["[a](README.md)", []],
    ["[a](docs/README.md#nothing-has-this-name)", ["docs/README.md#nothing-has-this-name: no such heading"]],
    ["[a](docs/nothing.md)", ["docs/nothing.md: no such file"]],
    ["# One & two\n[a](#one--two)", []],
    ["# One\n# One\n[a](#one-1) [b](#one-2)", ["#one-2: no such heading"]],
    ["```\n[a](nothing.md)\n```\n[b](https://example.org/nothing.md)", []],
  ])("links of %j", (markdown, dead) => expect(deadLinks("README.md", markdown)).toEqual(dead));
  test.each([
    ["see docs/url.md.", ["docs/url.md"]],
    ["see url.md, or `docs/decisions`", ["url.md", "docs/decisions"]],
    ["[url.md](docs/url.md)", []],
    ["/the options of docs\\/url\\.md/", ["docs/url.md"]],
    ["https://example.org/docs/url.md and .ci/docs/tables.ts and docs/*.md", []],
  ])("mentions in %j", (text, named) => expect(mentionsIn(text)).toEqual(named));
});
