import { expect, test } from "vitest";
import { parseInfo } from "../../../src/store/sourceInfo.ts";

const stored = (facts: object) => ({
  facts: { format: "jpeg", width: 4, height: 3, ...facts },
  final: { host16: "a", source32: "b", url: "https://a.test/" },
  ...{ storedAt: 1, freshUntil: 2, etag: null, lastModified: null },
});

test("facts of an earlier version have no title: it is unknown", () => {
  expect(parseInfo(stored({ artist: "Jane" }))?.facts).toMatchObject({ title: null, artist: "Jane" });
});
test("the fields keep their order, because the ETag of /info depends on it", () => {
  const { facts } = stored({ title: "A", artist: "Jane" });
  expect(JSON.stringify(parseInfo(stored(facts))?.facts)).toBe(JSON.stringify(facts));
});
