/** What the page of the catalogue says of readers' addresses: the run has the keys that they ask for. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pictureRequest } from "../../../src/catalogue/pictureRequest.ts";
import { DEFAULT_SETTINGS } from "../../../src/catalogue/run.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const SOURCE = "https://a.test/1.jpg";
const ENCODED = encodeURIComponent(SOURCE);
const UNSIGNED = parseConfig({ ALLOWED_SOURCES: "a.test" });
const SIGNED = parseConfig({ ALLOWED_SOURCES: "a.test", SIGNING_KEYS: "aa", SIGNING_SALTS: "bb" });
const PAGE = readFileSync("docs/operator/catalogue.md", "utf8");

/** Rows of the page's table: what it calls the readers, an address of one, and the options of the import. */
const ROWS = [
  { says: "`w:640`", path: `/unsafe/w:640/plain/${ENCODED}`, options: "w:640" },
  { says: "`w=600`", path: "/photon/a.test/1.jpg?w=600&ssl=true", options: "w:640" },
  { says: "`w=600&quality=80`", path: "/photon/a.test/1.jpg?w=600&quality=80&ssl=true", options: "w:640/q:80" },
  { says: "`w=640&q=75`", path: `/_next/image?url=${ENCODED}&w=640&q=75`, options: "w:640/q:80" },
];

type Keyed = Parameters<typeof canonicalOptions>[0] & { readonly source: string };
const keyOf = (request: Keyed) => `${request.source} ${canonicalOptions(request)}`;

describe("the run has the key of a reader", () => {
  test.each(ROWS)("$says: --options $options", async ({ path, options, says }) => {
    const config = path.startsWith("/unsafe") ? UNSIGNED : SIGNED;
    for (const [accept, header] of [
      ["webp", "image/avif,image/webp,*/*"],
      ["base", "image/jpeg"],
    ] as const) {
      const job = (text: string) =>
        keyOf(pictureRequest(SOURCE, { ...DEFAULT_SETTINGS, options: text, accept }, config));
      const reader = keyOf(await readImageRequest(`https://img.test${path}`, header, config, 0));
      expect(job(options)).toBe(reader);
      // Each other row's options make a picture that this reader does not ask for.
      for (const other of new Set(ROWS.map((row) => row.options)))
        expect(job(other) === reader).toBe(other === options);
    }
    const row = PAGE.split("\n").find((line) => line.startsWith("| ") && line.includes(says)) ?? "";
    expect(row).toContain(`\`--options ${options}\``);
  });

  test("a reader of another Accept class has another key", () => {
    const job = (accept: "webp" | "base") => keyOf(pictureRequest(SOURCE, { ...DEFAULT_SETTINGS, accept }, SIGNED));
    expect(job("base")).not.toBe(job("webp"));
  });
});
