import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "../../../warmer/config/parseConfig.ts";
import { VARIABLES } from "../../../warmer/config/variables.ts";

const REGIONS = "weur=https://img.example.org,apac=https://img.example.org";

function problems(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("parseConfig", () => {
  test("defaults", () => {
    expect(parseConfig({ WARM_REGIONS: REGIONS, PATH: "/bin", OTHER: "x" })).toMatchObject({
      WARM_LISTEN: { host: "127.0.0.1", port: 4814 },
      WARM_SECRET: null,
      WARM_HINT_SECRET: null,
      WARM_MAX_AGE_MS: 50,
      WARM_SKEW: "on",
      WARM_FORMAT: "webp",
      WARM_BATCH_MS: 3,
      WARM_DEDUP_SECONDS: 30,
      WARM_DEDUP_CAPACITY: 1_000_000,
      WARM_HTTP: "auto",
      WARM_RECEIVE: "dgram",
      METRICS_LISTEN: { host: "127.0.0.1", port: 9464 },
    });
  });
  test("an empty variable counts as unset", () => {
    expect(parseConfig({ WARM_REGIONS: REGIONS, WARM_SKEW: "", WARM_SECRET: "" })).toMatchObject({ WARM_SKEW: "on" });
  });
  test("regions keep the given order, with their URLs", () => {
    const { WARM_REGIONS } = parseConfig({
      WARM_REGIONS: "weur=https://a.test, eu-2=http://127.0.0.1:8787/",
      WARM_PLACES: "c:ES=eu-2",
    });
    expect(WARM_REGIONS.map(({ region, url }) => [region, url.origin])).toEqual([
      ["weur", "https://a.test"],
      ["eu-2", "http://127.0.0.1:8787"],
    ]);
  });

  test("reports every problem at once, including unknown names", () => {
    const found = problems({
      WARM_LISTEN: "localhost",
      WARM_MAX_AGE_MS: "fifty",
      WARM_SKEW: "maybe",
      WARM_REGION: REGIONS,
    });
    expect(found.map((line) => line.split(":")[0])).toEqual([
      "WARM_LISTEN",
      "WARM_REGIONS",
      "WARM_MAX_AGE_MS",
      "WARM_SKEW",
      "WARM_REGION",
    ]);
  });

  const together: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
    [
      "an unknown name, and two settings that contradict each other",
      { WARM_REGIONS: REGIONS, WARM_FOO: "1", WARM_BATCH_MS: "100" },
      ["WARM_FOO: no such variable", "WARM_BATCH_MS: 100 is more than WARM_MAX_AGE_MS, 50"],
    ],
    [
      "an unknown name, and an endpoint with an unknown region",
      { WARM_REGIONS: REGIONS, WARM_FOO: "1", WARM_ENDPOINTS: "es=nowhere,sg=apac,pt=gone" },
      [
        "WARM_FOO: no such variable",
        "WARM_ENDPOINTS: es=nowhere is not a region of WARM_REGIONS",
        "WARM_ENDPOINTS: pt=gone is not a region of WARM_REGIONS",
      ],
    ],
    [
      "each sender",
      { WARM_REGIONS: REGIONS, WARM_ALLOWED_SENDERS: "foo,10.0.0.0/8,bar" },
      [
        'WARM_ALLOWED_SENDERS: "foo" is not a CIDR, such as 10.0.0.0/8 or ::1/128',
        'WARM_ALLOWED_SENDERS: "bar" is not a CIDR, such as 10.0.0.0/8 or ::1/128',
      ],
    ],
    [
      "each region, for its name and for its URL",
      { WARM_REGIONS: "BAD=http://x,weur=ftp://y,q,apac=http://x,apac=http://y,W=1" },
      [
        'WARM_REGIONS: "q" is not name=value, such as weur=https://images.example.org; names are wnam, enam, weur, eeur, apac, oc',
        'WARM_REGIONS: "apac" is given twice',
        `WARM_REGIONS: "BAD" is not a region's name: lower-case letters, digits and hyphens, 32 at most`,
        'WARM_REGIONS: "ftp://y" of weur is not a URL such as https://images.example.org (no path)',
        `WARM_REGIONS: "W" is not a region's name: lower-case letters, digits and hyphens, 32 at most`,
        'WARM_REGIONS: "1" of W is not a URL such as https://images.example.org (no path)',
      ],
    ],
    [
      "pairs: the valid ones are checked even if others are invalid",
      { WARM_REGIONS: REGIONS, WARM_ENDPOINTS: "es,pt=gone", WARM_PLACES: "ES=mars,c:PT,colo:MAD=weur" },
      [
        'WARM_ENDPOINTS: "es" is not name=value',
        'WARM_PLACES: "c:PT" is not name=value',
        'WARM_PLACES: "ES" is not like colo:DXB, c:AE, k:AS or r:eeur',
        "WARM_ENDPOINTS: pt=gone is not a region of WARM_REGIONS",
        "WARM_PLACES: ES=mars is not a region of WARM_REGIONS",
      ],
    ],
    [
      "an invalid setting is not compared with others",
      { WARM_REGIONS: "weur", WARM_ENDPOINTS: "es=weur", WARM_MAX_AGE_MS: "x", WARM_BATCH_MS: "1000" },
      [
        'WARM_REGIONS: "weur" is not name=value, such as weur=https://images.example.org; names are wnam, enam, weur, eeur, apac, oc',
        'WARM_MAX_AGE_MS: "x" is not a whole number from 1 to 60000',
      ],
    ],
  ];
  test.each(together)("reports all problems at once: %s", (_name, env, expected) => {
    expect(problems(env)).toEqual(expected);
  });

  const rows = [
    ["WARM_LISTEN", "127.0.0.1:65536"],
    ["WARM_LISTEN", "::1:4814"],
    ["WARM_REGIONS", "weur"],
    ["WARM_REGIONS", "weur=ftp://a.test"],
    ["WARM_REGIONS", "weur=https://a.test/path"],
    ["WARM_REGIONS", "weur=https://user:pass@a.test"],
    ["WARM_REGIONS", "WEUR=https://a.test"],
    ["WARM_REGIONS", "weur=https://a.test,weur=https://b.test"],
    ["WARM_MAX_AGE_MS", "0"],
    ["WARM_MAX_AGE_MS", "60001"],
    ["WARM_MAX_AGE_MS", "5e1"],
    ["WARM_FORMAT", "gif"],
    ["WARM_HTTP", "3"],
    ["WARM_HTTP", "1"],
    ["WARM_ENDPOINTS", "es=mars"],
    ["WARM_PLACES", "c:ES=mars"],
    ["WARM_PLACES", "ES=weur"],
    ["WARM_PLACES", "c:es=weur"],
    ["WARM_BATCH_MS", "51"],
    ["WARM_DEDUP_SECONDS", "604801"],
    ["WARM_DEDUP_CAPACITY", "0"],
    ["WARM_ALLOWED_SENDERS", "10.0.0.0/8,everyone"],
    ["WARM_RECEIVE", "io_uring"],
    ["METRICS_LISTEN", "9464"],
  ] as const;
  test.each(rows)("%s=%s is the only problem, and is named", (name, value) => {
    const found = problems({ WARM_REGIONS: REGIONS, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: `));
  });
  const good = [
    ["WARM_LISTEN", "[::1]:0"],
    ["WARM_MAX_AGE_MS", "60000"],
    ["WARM_BATCH_MS", "50"],
    ["WARM_ENDPOINTS", "es=weur,ru=eeur"],
    ["WARM_PLACES", "colo:DXB=weur,c:IN=apac,k:OC=apac,r:eeur=apac"],
    ["WARM_ALLOWED_SENDERS", "10.0.0.0/8, ::1"],
  ] as const;
  test.each(good)("%s=%s is valid", (name, value) => {
    expect(problems({ WARM_REGIONS: REGIONS, [name]: value })).toEqual([]);
  });

  test("each default is valid for its own parser", () => {
    for (const [name, { fallback, parse }] of Object.entries(VARIABLES)) {
      if (name !== "WARM_REGIONS") expect(() => parse(fallback)).not.toThrow();
    }
  });
});
