import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { GRAMMARS } from "../../../../src/request/grammars/table.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";

const ORIGIN = "https://cdn.firstlight.test";
const CONFIG = parseConfig({ ALLOWED_SOURCES: "a.test" });

/** A URL of every grammar that asks for the same picture, written out once more on purpose. */
const EXAMPLES = [
  ["imgproxy", "/unsafe/rs:fill:320:160/plain/https://a.test/1.jpg"],
  ["photon", "/photon/a.test/1.jpg?resize=320,160&ssl=1"],
] as const;

describe("every grammar", () => {
  test.each(EXAMPLES)("%s reads its URL, and with its own authority", async (grammar, path) => {
    const request = await readImageRequest(ORIGIN + path, "image/webp", CONFIG, 0);
    expect(request.grammar).toBe(grammar);
    expect(GRAMMARS[grammar].authorities).toContain(request.authority);
  });
  test("all of them ask for the same", async () => {
    const asked = await Promise.all(
      EXAMPLES.map(async ([, path]) => {
        const { grammar: _, ...rest } = await readImageRequest(ORIGIN + path, "image/webp", CONFIG, 0);
        return rest;
      }),
    );
    for (const request of asked) expect(request).toEqual(asked[0]);
  });
  test("and these are all", () => expect(Object.keys(GRAMMARS).sort()).toEqual(EXAMPLES.map(([name]) => name).sort()));
});
