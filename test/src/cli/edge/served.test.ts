import { describe, expect, it } from "vitest";
import { servesNobody } from "../../../../src/cli/edge/served.ts";

describe("an edge serves", () => {
  it.each([
    ["nobody without keys and lists", { REGIONS: "weur" }, null, true],
    ["nobody with an empty list", { ALLOWED_SOURCES: "", SIGNING_KEYS: "" }, null, true],
    ["nobody with settings that only block", {}, '{"blocked":{"hosts":["0011223344556677"]}}', true],
    ["who signs", { SIGNING_KEYS: "00" }, null, false],
    ["who names a listed source", { ALLOWED_SOURCES: "images.test" }, null, false],
    ["who has the header", { PHOTON_AUTHENTICATION: "secret" }, null, false],
    ["who names a source that the live settings list", {}, '{"allowedSources":["images.test"]}', false],
  ])("%s", (_, vars, settings, nobody) => {
    const words = servesNobody(vars, settings);
    if (nobody) expect(words).toMatch(/^This edge serves nobody yet: .*ALLOWED_SOURCES.*SIGNING_KEYS/);
    else expect(words).toBeNull();
  });
});
