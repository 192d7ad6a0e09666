import { expect, test } from "vitest";
import { NO_SETTINGS } from "../../../src/live/liveSettings.ts";
import { withPurge, withRetired, withStale } from "../../../src/live/takedown.ts";

const SOURCE = { host16: "a".repeat(16), source32: "b".repeat(32) };
const HOST = { host16: "a".repeat(16), source32: null };

test("a purge sets the host's epoch and blocks nothing", () => {
  expect(withPurge(NO_SETTINGS, SOURCE, null, 5)).toEqual({ ...NO_SETTINGS, epochs: { [HOST.host16]: 5 } });
});
test("the epoch never goes back", () => {
  expect(withPurge(withPurge(NO_SETTINGS, HOST, null, 5), HOST, null, 4).epochs).toEqual({ [HOST.host16]: 5 });
});
test("blocking a source and lifting it", () => {
  const blocked = withPurge(NO_SETTINGS, SOURCE, true, 1);
  expect(blocked.blocked).toEqual({ sources: [SOURCE.source32], hosts: [] });
  expect(withPurge(blocked, SOURCE, true, 1)).toEqual(blocked);
  expect(withPurge(blocked, SOURCE, null, 2).blocked).toEqual(blocked.blocked);
  expect(withPurge(blocked, SOURCE, false, 2).blocked).toEqual(NO_SETTINGS.blocked);
});
test("blocking a host leaves its sources' own takedowns alone", () => {
  const both = withPurge(withPurge(NO_SETTINGS, SOURCE, true, 1), HOST, true, 2);
  expect(both.blocked).toEqual({ sources: [SOURCE.source32], hosts: [HOST.host16] });
  expect(withPurge(both, HOST, false, 3).blocked).toEqual({ sources: [SOURCE.source32], hosts: [] });
});
test("a retired maker stays retired, is named once and changes nothing else", () => {
  const once = withRetired(withPurge(NO_SETTINGS, SOURCE, true, 1), "1-libwebp1");
  expect(once).toEqual({ ...withPurge(NO_SETTINGS, SOURCE, true, 1), retiredMakers: ["1-libwebp1"] });
  expect(withRetired(once, "1-libwebp1")).toEqual(once);
  expect(withRetired(once, "1-png1").retiredMakers).toEqual(["1-libwebp1", "1-png1"]);
  expect(withPurge(once, SOURCE, false, 2).retiredMakers).toEqual(["1-libwebp1"]);
});
test("a host that is marked stale is neither purged nor blocked, and the mark never goes back", () => {
  const marked = withStale(NO_SETTINGS, SOURCE, 5);
  expect(marked).toEqual({ ...NO_SETTINGS, staleEpochs: { [HOST.host16]: 5 } });
  expect(withStale(marked, HOST, 4)).toEqual(marked);
  expect(withPurge(marked, HOST, null, 9).staleEpochs).toEqual(marked.staleEpochs);
});
