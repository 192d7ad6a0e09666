import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { SETTINGS } from "../../../src/config/table.ts";
import { Failure } from "../../../src/errors.ts";

const KEY = "736563726574";
const SALT = "68656c6c6f";

function problemsOf(vars: Record<string, unknown>): string {
  try {
    parseConfig(vars);
  } catch (error) {
    if (error instanceof Failure && error.reason === "misconfigured") return error.detail ?? "";
    throw error;
  }
  return "";
}

test("no variables at all make a configuration that lets nothing in", () => {
  const config = parseConfig({});
  expect(config).toMatchObject({
    signingPairs: [],
    allowedSources: [],
    signatureSize: 32,
    httpSources: "upgrade",
    allowLoopbackSources: false,
    maxResultSide: 4096,
    maxResultPixels: 12_000_000,
    queueMs: 10_000,
    maxBytesInFlight: 33_554_432,
    ladder: [160, 320, 640, 1024, 1600, 2048],
    ladderQualities: [60, 80],
    regions: ["enam", "weur", "apac", "oc"],
    warmSecret: null,
    purgeSecret: null,
    catalogueSecret: null,
    catalogueChunkSeconds: 60,
    catalogueLeaseSeconds: 1_800,
    photonAuthentication: null,
  });
});

test("keys and salts pair up in order", () => {
  const { signingPairs } = parseConfig({ SIGNING_KEYS: `${KEY},00FF`, SIGNING_SALTS: `${SALT}, 01` });
  expect(signingPairs.map(({ key, salt }) => [[...key], [...salt]])).toEqual([
    [[...Buffer.from("secret")], [...Buffer.from("hello")]],
    [[0, 255], [1]],
  ]);
});

describe("values read", () => {
  test.each([
    [
      "ALLOWED_SOURCES",
      "example.org, *.b.test\n c.test/a/",
      "allowedSources",
      ["example.org", "*.b.test", "c.test/a/"],
    ],
    ["SIGNATURE_SIZE", "16", "signatureSize", 16],
    ["SIGNED_NEEDS_ALLOWED", "TRUE", "signedNeedsAllowed", true],
    ["ALLOW_LOOPBACK_SOURCES", "1", "allowLoopbackSources", true],
    ["ALLOW_LOOPBACK_SOURCES", "0", "allowLoopbackSources", false],
    ["ALLOW_LOOPBACK_SOURCES", true, "allowLoopbackSources", true],
    ["QUEUE_MS", 0, "queueMs", 0],
    ["QUEUE_MS", " 250 ", "queueMs", 250],
    ["QUEUE_MS", "", "queueMs", 10_000],
    ["LADDER", "640,160,640", "ladder", [160, 640]],
    ["ENGINE", "auto", "engine", "auto"],
    ["HTTP_SOURCES", "deny", "httpSources", "deny"],
    ["WARM_SECRET", "s, t", "warmSecret", "s, t"],
    ["REGIONS", "weur", "regions", ["weur"]],
    ["CONTACT_URL", "https://example.org/bot", "contactUrl", "https://example.org/bot"],
  ])("%s=%j gives %s", (variable, value, field, expected) => {
    expect(parseConfig({ [variable]: value })).toMatchObject({ [field]: expected });
  });
});

describe("values refused, with the value and the limit", () => {
  test.each([
    ["SIGNATURE_SIZE", "15", '"15" is not a whole number from 16 to 32'],
    ["SIGNATURE_SIZE", "33", '"33" is not a whole number from 16 to 32'],
    ["QUEUE_MS", "1e3", '"1e3" is not a whole number'],
    ["QUEUE_MS", "-1", '"-1" is not a whole number'],
    ["QUEUE_MS", "60001", "to 60000"],
    ["ENGINE", "sharp", '"sharp" is not one of: auto'],
    ["ENGINE", "photon", '"photon" is a separate build, which `npm run bench -- engine` measures'],
    ["HTTP_SOURCES", "yes", "not one of: upgrade, allow, deny"],
    ["ALLOW_LOOPBACK_SOURCES", "yes", "not one of: true, 1, false, 0"],
    ["ALLOWED_SOURCES", "*", "a * may only stand"],
    ["LADDER", ",", "has no number in it"],
    ["LADDER_QUALITIES", "101", "from 1 to 100"],
    ["LOOP_ID", "a b", "not a name"],
    ["CONTACT_URL", "javascript:x", "not an http"],
    ["CONTACT_URL", "https://a.test/)", "not an http"],
  ])("%s=%s: %s", (variable, value, message) => expect(problemsOf({ [variable]: value })).toContain(message));

  test("a key that is not hex is not repeated", () => {
    const problems = problemsOf({ SIGNING_KEYS: "hunter2", SIGNING_SALTS: SALT });
    expect(problems).toContain("SIGNING_KEYS: an entry is not");
    expect(problems).not.toContain("hunter2");
  });
  test("a key without its salt", () => {
    expect(problemsOf({ SIGNING_KEYS: `${KEY},${KEY}`, SIGNING_SALTS: SALT })).toContain(
      "SIGNING_KEYS and SIGNING_SALTS come in pairs, not 2 and 1",
    );
  });
});

test("all problems come in one message", () => {
  const problems = problemsOf({ QUEUE_MS: "x", ENGINE: "y", ALOWED_SOURCES: "a.test", SIGNING_KEYS: KEY });
  for (const part of ["QUEUE_MS", "ENGINE", "ALOWED_SOURCES", "not 1 and 0"]) expect(problems).toContain(part);
});

describe("names we do not know", () => {
  test("a misspelt one, with what was meant", () => {
    expect(problemsOf({ MAX_SOURCE_BYTE: "1" })).toBe(
      "MAX_SOURCE_BYTE is not a known variable; did you mean MAX_SOURCE_BYTES?",
    );
  });
  test("a strange one, without a guess", () => {
    expect(problemsOf({ SOMETHING: "1" })).toBe("SOMETHING is not a known variable");
  });
  test("bindings are no variables", () => expect(problemsOf({ THUMBS: {}, R2_WEUR: { get() {} } })).toBe(""));
});

describe("limits that belong together", () => {
  test("the bytes in flight follow a larger source", () => {
    expect(parseConfig({ MAX_SOURCE_BYTES: "50000000" }).maxBytesInFlight).toBe(50_000_000);
  });
  test("the largest source follows fewer bytes in flight", () => {
    expect(parseConfig({ MAX_BYTES_IN_FLIGHT: "1000" }).maxSourceBytes).toBe(1000);
  });
  test("both set against each other is a problem", () => {
    expect(problemsOf({ MAX_SOURCE_BYTES: "2", MAX_BYTES_IN_FLIGHT: "1" })).toContain(
      "2 is over MAX_BYTES_IN_FLIGHT 1",
    );
  });
  test("the ladder ends at the result's limit", () => {
    expect(parseConfig({ MAX_RESULT_SIDE: "700" }).ladder).toEqual([160, 320, 640]);
    expect(parseConfig({ MAX_RESULT_SIDE: "100" }).ladder).toEqual([100]);
  });
});

test("every variable has a name of its own and says what it is for", () => {
  const settings = Object.values(SETTINGS);
  expect(new Set(settings.map(({ variable }) => variable)).size).toBe(settings.length);
  for (const { variable, doc } of settings)
    expect([variable, doc]).toEqual([expect.stringMatching(/^[A-Z_]+$/), expect.stringMatching(/.{15}/)]);
});

test.each([
  ["shop", "", "SIGNING_KEY_NAMES and SIGNING_KEY_LIMITS need one entry per key: 1 and 0 of 2"],
  ["shop,blog", "strict", "SIGNING_KEY_NAMES and SIGNING_KEY_LIMITS need one entry per key: 2 and 1 of 2"],
  ["", "strict,none", "SIGNING_KEY_LIMITS needs SIGNING_KEY_NAMES"],
  ["shop,blog", "strict,weak", 'SIGNING_KEY_LIMITS: "weak" is not one of: none, standard, strict'],
  ["shop,blog", "strict,none", ""],
  ["shop,blog", "", ""],
])("names %j and limits %j of two keys: %j", (names, limits, problem) => {
  const vars = { SIGNING_KEYS: "aa,bb", SIGNING_SALTS: "cc,dd", SIGNING_KEY_NAMES: names, SIGNING_KEY_LIMITS: limits };
  const detailOf = () => {
    try {
      parseConfig(vars);
      return "";
    } catch (error) {
      return (error as { detail?: string }).detail ?? "";
    }
  };
  expect(detailOf()).toContain(problem);
  expect(detailOf() === "").toBe(problem === "");
});
