import { generateImageUrl } from "@imgproxy/imgproxy-node";
import { describe, expect, test } from "vitest";
import { hmacSha256 } from "../../../src/client/hmac.ts";
import {
  type ImageOptions,
  imagePath,
  LADDER,
  signedUrl,
  signedUrlSync,
  srcset,
  unsignedUrl,
} from "../../../src/client/url.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { OPTIONS } from "../../../src/request/options/table.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const KEY = "736563726574";
const SALT = "68656c6c6f";
const WATERMARK = "https://example.org/mark.png";
const CONFIG = parseConfig({ SIGNING_KEYS: KEY, SIGNING_SALTS: SALT, WATERMARK_URL: WATERMARK });
const SOURCE = "https://example.org/ä b.jpg?x=1&y=a@b#c";
const ENDPOINT = "https://cdn.firstlight.test";

describe("the grammar reads what the client writes", () => {
  const cases: readonly (readonly [string, ImageOptions, object])[] = [
    ["nothing", {}, { transform: expect.objectContaining({ width: 0, format: "auto" }) }],
    [
      "a size",
      { width: 300, height: 200, resize: "fill" },
      { transform: expect.objectContaining({ width: 300, height: 200, resize: "fill" }) },
    ],
    [
      "flags",
      { enlarge: true, autoRotate: false },
      { transform: expect.objectContaining({ enlarge: true, autoRotate: false }) },
    ],
    [
      "numbers",
      { dpr: 1.5, quality: 70, rotate: 90 },
      { transform: expect.objectContaining({ dpr: 1.5, quality: 70, rotate: 90 }) },
    ],
    [
      "a compass point",
      { gravity: { at: "noea" } },
      { transform: expect.objectContaining({ gravity: { kind: "compass", at: "noea", x: 0, y: 0 } }) },
    ],
    [
      "with an offset",
      { gravity: { at: "so", y: 0.1 } },
      { transform: expect.objectContaining({ gravity: { kind: "compass", at: "so", x: 0, y: 0.1 } }) },
    ],
    [
      "a focus point",
      { gravity: { at: "fp", x: 0, y: 0 } },
      { transform: expect.objectContaining({ gravity: { kind: "focus", x: 0, y: 0 } }) },
    ],
    [
      "a crop",
      { crop: { width: 0.5, height: 0 } },
      { transform: expect.objectContaining({ crop: { width: 0.5, height: 0, gravity: null } }) },
    ],
    [
      "a crop somewhere",
      { crop: { width: 10, height: 20, gravity: { at: "we" } } },
      {
        transform: expect.objectContaining({
          crop: { width: 10, height: 20, gravity: { kind: "compass", at: "we", x: 0, y: 0 } },
        }),
      },
    ],
    [
      "a colour and a format",
      { background: "f80", format: "jpeg" },
      { transform: expect.objectContaining({ background: [255, 136, 0], format: "jpeg" }) },
    ],
    ["the point of attention", { gravity: { at: "sm" } }, { transform: { gravity: { kind: "smart", x: 0, y: 0 } } }],
    [
      "a watermark",
      { watermark: { opacity: 0.5, at: "soea", x: 10, y: 0.1, scale: 0.25 } },
      { transform: { watermark: { opacity: 0.5, at: "soea", x: 10, y: 0.1, scale: 0.25, url: WATERMARK } } },
    ],
    ["a repeated watermark", { watermark: { opacity: 1, at: "re" } }, { transform: { watermark: { at: "re", x: 0 } } }],
    ["a kept profile", { stripProfile: false }, { transform: { keepProfile: true } }],
    ["a profile that is not kept", { stripProfile: true }, { transform: { keepProfile: false } }],
    [
      "rights",
      { keepCopyright: true, license: { license: "https://a.test/by", creator: "Žofie" } },
      {
        transform: expect.objectContaining({
          keepCopyright: "original",
          license: { license: "https://a.test/by", creator: "Žofie" },
        }),
      },
    ],
    [
      "delivery",
      { filename: "Größe 1.jpg", attachment: true },
      { delivery: { filename: "Größe 1.jpg", attachment: true } },
    ],
    ["the rest", { expires: 4_000_000_000, cachebuster: "v/2:x" }, { expires: 4_000_000_000, cachebuster: "v%2F2:x" }],
  ];
  test.each(cases)("%s", async (_, options, expected) => {
    const url = await signedUrl(ENDPOINT, SOURCE, options, { key: KEY, salt: SALT });
    const request = await readImageRequest(new Request(url).url, null, CONFIG, 0);
    expect(request).toMatchObject({ source: "https://example.org/%C3%A4%20b.jpg?x=1&y=a@b", ...expected });
  });
});

/** Options of the proxy that the client leaves out on purpose: few pages use them, and every page would load them. */
const NOT_IN_THE_CLIENT: readonly string[] = [
  ...["minWidth", "minHeight", "zoom", "trim", "extendRatio", "padding"],
  ...["formatQuality", "maxBytes", "blur", "sharpen", "pixelate", "raw", "skip"],
  // imgproxy's security options: limits for strangers, which a page does not set itself.
  ...["mostSourcePixels", "mostSourceBytes", "mostFrames", "mostFramePixels", "mostResultSide"],
];

test("the client has every option of the proxy, and no other", () => {
  const [, names = ""] = /one of (.*)$/.exec(messageOf(() => imagePath(SOURCE, { nothing: 1 } as object))) ?? [];
  // imgproxy's option says what is done, the transform what is kept.
  const own = names.split(", ").map((name) => (name === "stripProfile" ? "keepProfile" : name));
  expect([...own, ...NOT_IN_THE_CLIENT].sort()).toEqual(Object.keys(OPTIONS).sort());
});

function messageOf(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("any options survive the way through the grammar (seeded)", async () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 20_000 : 500;
  for (let i = 0; i < rounds; i++) {
    const options = {
      resize: pick(["fit", "fill", "fill-down", "force", "auto"] as const),
      width: random(5000),
      height: random(5000),
      dpr: pick([0.5, 1, 1.5, 2, 3.25]),
      enlarge: false,
      autoRotate: random(2) === 1,
      rotate: pick([0, 90, 180, 270] as const),
      quality: 1 + random(100),
      format: pick(["webp", "jpeg", "png"] as const),
    };
    const url = await signedUrl(ENDPOINT, SOURCE, options, { key: KEY, salt: SALT });
    expect((await readImageRequest(url, null, CONFIG, 0)).transform).toMatchObject(options);
  }
});

test("signs as the public Node builder does", async () => {
  const options = {
    endpoint: ENDPOINT,
    url: "https://example.org/a.jpg",
    options: { width: 300 },
    key: KEY,
    salt: SALT,
  };
  expect(await signedUrl(`${ENDPOINT}/`, options.url, { width: 300 }, { key: KEY, salt: SALT })).toBe(
    generateImageUrl(options),
  );
});

test("a truncated signature", async () => {
  const url = await signedUrl("", SOURCE, {}, { key: KEY, salt: SALT, size: 16 });
  const config = { ...CONFIG, signatureSize: 16 };
  expect((await readImageRequest(ENDPOINT + url, null, config, 0)).authority).toBe("signature");
});

test("unsigned, and a path alone", () => {
  expect(unsignedUrl(ENDPOINT, "https://a.test/", { width: 1 })).toBe(`${ENDPOINT}/unsafe/w:1/aHR0cHM6Ly9hLnRlc3Qv`);
  expect(imagePath("https://a.test/")).toBe("/aHR0cHM6Ly9hLnRlc3Qv");
});

test("srcset", async () => {
  expect(await srcset([160, 320], (width) => `/${width}`)).toBe("/160 160w, /320 320w");
});

describe("signedUrlSync", () => {
  const signing = { key: KEY, salt: SALT };
  test("gives at once what signedUrl promises", async () => {
    const options = { width: 320, gravity: { at: "no" } } as const;
    const url = signedUrlSync(ENDPOINT, SOURCE, options, signing);
    expect(url).toBe(await signedUrl(ENDPOINT, SOURCE, options, signing));
    expect((await readImageRequest(url, null, CONFIG, 0)).authority).toBe("signature");
  });
  test("the known answers of imgproxy's documentation", () => {
    const { key, salt } = { key: "736563726574", salt: "68656c6c6f" };
    const path = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";
    const bytes = hmacSha256(Buffer.from(key, "hex"), Buffer.concat([Buffer.from(salt, "hex"), Buffer.from(path)]));
    expect(Buffer.from(bytes).toString("base64url")).toBe("oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8");
  });
  test.each([15, 33, 16.5, "32", Number.NaN])("a signature size of %s is refused", (size) => {
    const untyped = { ...signing, size } as typeof signing & { size: number };
    expect(() => signedUrlSync("", SOURCE, {}, untyped)).toThrow("The signature size cannot be");
  });
  test.each([undefined, null, 5])("an endpoint %s is refused", (endpoint) => {
    expect(() => signedUrlSync(endpoint as unknown as string, SOURCE, {}, signing)).toThrow("The endpoint is no text");
  });
  test("an error is thrown at once; signedUrl's promise is rejected with it", async () => {
    expect(() => signedUrlSync("", "a.jpg", {}, signing)).toThrow(TypeError);
    await expect(signedUrl("", "a.jpg", {}, signing)).rejects.toThrow(TypeError);
  });
});

test("LADDER is the default of the proxy's", () => {
  expect(LADDER).toEqual(parseConfig({}).ladder);
});

describe("impossible values are refused", () => {
  test.each([
    [{ key: undefined, salt: undefined }, "The signing key is missing"],
    [{ key: KEY, salt: undefined }, "The signing salt is missing"],
    [{ key: "", salt: SALT }, "The signing key is missing"],
    [undefined, "The signing key and salt are missing"],
    [{ key: `${KEY},${KEY}`, salt: SALT }, "of a list give one"],
  ])("%j: %s", async (signing, message) => {
    const untyped = signing as unknown as Parameters<typeof signedUrl>[3];
    await expect(signedUrl("", SOURCE, {}, untyped)).rejects.toThrow(message);
  });
  test.each([
    [{ widht: 640 }, "There is no option widht: one of resize, width"],
    [{ toString: "x" }, "There is no option toString"],
    [{ format: "gif" }, "The format cannot be gif: one of avif, webp, jpeg, png"],
    [{ resize: "cover" }, "The resize cannot be cover"],
    [{ rotate: 45 }, "The rotate cannot be 45"],
  ])("options %j: %s", (options, message) => {
    expect(() => imagePath(SOURCE, options as ImageOptions)).toThrow(message);
  });
  test("but not an option that is undefined", () => {
    const options = { format: undefined, width: 10 } as unknown as ImageOptions;
    expect(imagePath(SOURCE, options)).toContain("/w:10/");
  });
  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 65_536])("a side of %d", (side) => {
    expect(() => imagePath(SOURCE, { width: side })).toThrow(`The width cannot be ${side}`);
    expect(() => imagePath(SOURCE, { height: side })).toThrow(`The height cannot be ${side}`);
  });
  test.each([0, 65_535])("but not a side of %d", (side) => {
    expect(imagePath(SOURCE, { width: side, height: side })).toContain(`/w:${side}/h:${side}/`);
  });
  test.each(["", "a.jpg", "//a.test/b.jpg", "data:image/png;base64,AAAA", "https://"])("a source %j", (source) => {
    expect(() => imagePath(source)).toThrow("The source is no absolute http or https URL");
  });
});

test.each(["abc", "xyz0"])("a key of %j is refused", async (key) => {
  await expect(signedUrl("", SOURCE, {}, { key, salt: SALT })).rejects.toThrow("hexadecimal");
});
