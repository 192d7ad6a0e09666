import { describe, expect, test } from "vitest";
import { readConfig } from "../../../../src/context/readConfig.ts";
import { candidatesFor } from "../../../../src/origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import { providerRules } from "../../../../src/origin/providers/switched.ts";
import { PLAIN } from "../../../support/transform.ts";

const MET = "https://images.metmuseum.org/CRDImages/as/original/DP251139.jpg";
const FLICKR = "https://live.staticflickr.com/65535/49514275848_981f23e5ea_b.jpg";
const EUROPEANA = "https://pictures.example.org/a.jpg";

function asked(vars: Record<string, string>, source: string): number {
  const rules = providerRules(readConfig(vars));
  return candidatesFor(source, { ...PLAIN, width: 200 }, NOTHING_KNOWN, rules).length;
}

describe("PROVIDER_SIZES and PROVIDER_RULES", () => {
  test.each([
    ["nothing set: a sure rule", {}, FLICKR, 2],
    ["nothing set: a rule that is not sure", {}, MET, 1],
    ["off", { PROVIDER_SIZES: "off", PROVIDER_RULES: "met" }, MET, 1],
    ["turned on", { PROVIDER_RULES: "met, nypl" }, MET, 2],
    ["turned off", { PROVIDER_RULES: "-flickr" }, FLICKR, 1],
    ["the last word counts", { PROVIDER_RULES: "-flickr flickr" }, FLICKR, 2],
    ["Europeana without hosts", {}, EUROPEANA, 1],
    ["Europeana's hosts", { PROVIDER_RULES: "europeana=other.test europeana=*.example.org" }, EUROPEANA, 2],
    ["another host", { PROVIDER_RULES: "europeana=example.org" }, EUROPEANA, 1],
    ["a path", { PROVIDER_RULES: "europeana=pictures.example.org/b" }, EUROPEANA, 1],
  ])("%s", (_, vars, source, count) => {
    expect(asked(vars as Record<string, string>, source)).toBe(count);
  });
  test.each([
    ["an unknown word", { PROVIDER_SIZES: "yes" }, 'PROVIDER_SIZES: "yes" is not one of: on, off'],
    ["an unknown rule", { PROVIDER_RULES: "flicker" }, 'PROVIDER_RULES: "flicker": "flicker" is none of flickr, '],
    ["a provider without a rule", { PROVIDER_RULES: "sketchfab" }, '"sketchfab" is none of'],
    ["hosts for a rule that has its own", { PROVIDER_RULES: "met=example.org" }, "met has hosts of its own"],
    [
      "no hosts for one that needs them",
      { PROVIDER_RULES: "europeana" },
      "the hosts are missing, as in europeana=*.example.org",
    ],
    ["every host", { PROVIDER_RULES: "europeana=*" }, "a * may only stand as *. before a name"],
    ["hosts of a rule that is off", { PROVIDER_RULES: "-europeana=example.org" }, "only a rule that is on has hosts"],
  ])("refused: %s", (_, vars, message) => {
    const problem = (() => {
      try {
        readConfig(vars as Record<string, string>);
        return "none";
      } catch (error) {
        return String((error as { detail?: string }).detail);
      }
    })();
    expect(problem).toContain(message);
  });
  test("a rule that was turned off without hosts is fine", () => {
    expect(asked({ PROVIDER_RULES: "-europeana" }, EUROPEANA)).toBe(1);
  });
});
