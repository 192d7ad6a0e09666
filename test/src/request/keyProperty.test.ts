import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { signedUrl } from "../../../src/client/url.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import type { Source } from "../../../src/image/header.ts";
import { planRender } from "../../../src/image/plan.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import type { ImageRequest } from "../../../src/request/imageRequest.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";
import { signPath } from "../../../src/request/signing/signature.ts";
import { LIMITS } from "../image/orders.ts";

const PAIRS = process.env.FIRSTLIGHT_LONG === "1" ? 100_000 : 15_000;
/** WebCrypto works in another thread. Pairs that are read at the same time share the waits for it. */
const BATCH = 100;
const RENDERED = process.env.FIRSTLIGHT_LONG === "1" ? 2_000 : 200;

const ORIGIN = "https://cdn.firstlight.test";
const KEYS = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" };
const SIGNED = parseConfig(KEYS);
const OPEN = parseConfig({ ALLOWED_SOURCES: "a.test" });
const SOURCE = "a.test/1.jpg";

/** A seeded generator (mulberry32), so that a failure can be repeated. Gives 0 <= x < 1. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seeded(10);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

/** The step of the key's numbers, written out once more on purpose. */
const STEP = 0.000001;
/** Up to nine decimals, as the readers take them. */
const text = (value: number) =>
  value
    .toFixed(9)
    .replace(/\.?0+$/, "")
    .replace(/^-0$/, "0");
/** Two numbers round a branch point, at most half a step away from it, or a little more. */
const neighbours = (point: number, step = STEP): readonly [string, string] => {
  const near = () => text(point + pick([-0.7, -0.5, -0.49, -0.1, 0, 0, 0.1, 0.49, 0.5, 0.7]) * step);
  return [near(), near()];
};

/** Two paths that differ in one number, or in how they say the same size. */
type Pair = readonly [string, string];

const LENGTHS = [0, 1, STEP, 1 - STEP, 0.5, 0.25, 2, 17.5];
const TYPES = ["fit", "fill", "fill-down", "force", "auto", "outside", "fit-down"];
const CANVASES = ["", "", "/ex:1", "/ex:1:soea:5:0.1/exbg:f00", "/ex:1/exbg:fff/bg:fff"];
const GRAVITY = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"];

/** Options of the imgproxy grammar: the same beginning, then two neighbours. */
const IMGPROXY: readonly (() => Pair)[] = [
  () => both(neighbours(pick(LENGTHS)), (side) => `c:${side}:0.5:${pick(["nowe"])}`),
  () => both(neighbours(pick(LENGTHS)), (side) => `c:0:${side}`),
  () => both(neighbours(pick([...LENGTHS, -1, -0.5])), (x) => `g:we:${x}:0`),
  () => both(neighbours(pick([...LENGTHS, -1, -0.5])), (y) => `c:0.25:0.25:soea:0.1:${y}`),
  () => both(neighbours(pick([0, 0.5, 1, 0.333333])), (x) => `g:fp:${x}:0.5`),
  () => both(neighbours(pick([0.1, 0.5, 1, 1.5, 1.333333, 2, 10])), (dpr) => `dpr:${dpr}`),
  () => {
    const [side, factor] = [2 * (1 + below(200)), pick([2, 0.5, 1.5, 3])];
    return [`w:${side}/dpr:${factor}`, `w:${side / 2}/dpr:${text(2 * factor)}`];
  },
  () => {
    const [w, h] = [3 * (1 + below(90)), 3 * below(90)];
    return [`s:${w}:${h}/dpr:1.5`, `s:${w / 3}:${h / 3}/dpr:4.5`];
  },
  () => {
    const side = 2 * (1 + below(200));
    return [`c:0.5:0.75:so/g:no/w:${side}/dpr:1.5`, `c:0.5:0.75:so/w:${side / 2}/dpr:3`];
  },
  () => ["c:40:40/g:we:5:0.1", "c:40:40:we:5:0.1"],
  () => ["g:ce:0.3:0.3", `g:${pick(GRAVITY)}`],
  () => both(neighbours(pick([...LENGTHS, -1])), (x) => `ex:1:we:${x}:0`),
  () => ["ex:1/exbg:0f0/bg:0f0", "ex:1/bg:0f0"],
  () => both(neighbours(pick([0.5, 1, 1.5, 2])), (zoom) => `z:${zoom}/g:we`),
  () => ["w:20/dpr:2/pd:3/bg:0f0", pick(["w:40/pd:6/bg:0f0", "w:40/dpr:1/pd:3/bg:0f0"])],
  () => ["w:20/mh:60/dpr:2/g:no", pick(["w:40/mh:120/g:no", "w:20/mh:60/dpr:2/g:so"])],
  () => both(neighbours(pick([0, 0.5, 2])), (sigma) => `bl:${clip(sigma.replace("-", ""))}`),
  () => ["f:webp/fq:png:9:webp:50", pick(["f:webp/q:50", "f:webp/fq:png:9"])],
  () => [`exar:1/bg:0f0/exbg:${pick(["0f0", "00f"])}`, "exar:1/bg:0f0"],
];

/** The same of the Photon grammar; a percent is a hundredth of the side, so its step is a hundred times the key's. */
const PERCENTS = [0, 1, 100, 50, 0.0001, 99.9999, 33.3333];
const PHOTON: readonly (() => Pair)[] = [
  () => both(neighbours(pick(PERCENTS), 100 * STEP), (part) => `crop=0,0,${clip(part)},50`),
  () => both(neighbours(pick(PERCENTS), 100 * STEP), (part) => `crop=${clip(part)},10,20px,20`),
  () => both(neighbours(pick([0.1, 1, 1.5, 2, 10])), (zoom) => `zoom=${zoom}`),
  () => ["crop=1px,0,50,50", `crop=${pick(["1", "100", "99.99999"])},0,50,50`],
];
const clip = (percent: string) => (Number(percent) > 100 ? "100" : percent);

function both(values: readonly [string, string], write: (value: string) => string): Pair {
  return [write(values[0]), write(values[1])];
}

async function pairOfUrls(): Promise<Pair> {
  if (random() < 0.25) {
    const [a, b] = pick(PHOTON)();
    const rest = pick(["w=320", "resize=200,100", "fit=64,64", "h=100&quality=70", ""]);
    return [`${ORIGIN}/photon/${SOURCE}?${rest}&${a}`, `${ORIGIN}/photon/${SOURCE}?${rest}&${b}`];
  }
  const rest = `rs:${pick(TYPES)}:${pick([0, 100, 64, 37])}:${pick([0, 100, 48])}/el:${below(2)}/rot:${pick([0, 90])}${pick(CANVASES)}`;
  const pair = pick(IMGPROXY)();
  if (random() < 0.3) return both(pair, (options) => `${ORIGIN}/unsafe/${rest}/${options}/plain/https://${SOURCE}`);
  const [first, second] = both(pair, (options) => `/${rest}/${options}/plain/https://${SOURCE}`);
  return [await sign(first), await sign(second)];
}

async function sign(path: string): Promise<string> {
  const [key] = SIGNED.signingPairs;
  if (key === undefined) throw new Error("no key");
  return `${ORIGIN}/${await signPath(path, key)}${path}`;
}

/** The request of a URL, or null when it is refused. */
async function read(url: string): Promise<ImageRequest | null> {
  const isSigned = !url.startsWith(`${ORIGIN}/photon`) && !url.startsWith(`${ORIGIN}/unsafe`);
  return readImageRequest(url, "image/webp", isSigned ? SIGNED : OPEN, 0).catch((error: unknown) => {
    if (error instanceof Failure) return null;
    throw error;
  });
}

const SIZES = [
  [4000, 3000],
  [97, 61],
  [1, 1],
  [61, 640],
] as const;

/** All that the engine decides from a request, for some sources, as text. */
function plansOf({ transform }: ImageRequest): string {
  return JSON.stringify(
    SIZES.map(([width, height], i) => {
      const source = { ...PNG, width, height, orientation: i === 1 ? 6 : 1 } as const;
      try {
        return planRender(source, { transform, format: "webp", limits: LIMITS, fileBytes: 1_000 });
      } catch (error) {
        return error instanceof Failure ? [error.reason, error.facts] : String(error);
      }
    }),
  );
}

const PNG: Source = {
  format: "png",
  width: 1,
  height: 1,
  orientation: 1,
  frames: 1,
  alpha: false,
  progressive: false,
  colour: "rgb",
  depth: 8,
  interlaced: false,
  scans: 1,
  coefficientBytes: 0,
  inflatedBytes: 0,
  icc: null,
  iccDeflated: false,
  inverted: false,
};

describe("whoever shares a key has the same picture", () => {
  const sharing: { readonly urls: Pair; readonly requests: readonly [ImageRequest, ImageRequest] }[] = [];
  let shared = 0;
  const others: string[] = [];

  beforeAll(async () => {
    for (let first = 0; first < PAIRS; first += BATCH) {
      const batch = Array.from({ length: BATCH }, async () => {
        // All that is random is drawn before the first wait, so the pairs do not depend on the order of the answers.
        const urls = await pairOfUrls();
        return { urls, requests: await Promise.all([read(urls[0]), read(urls[1])]) };
      });
      for (const { urls, requests } of await Promise.all(batch)) {
        const [a, b] = requests;
        if (a === null || b === null || canonicalOptions(a) !== canonicalOptions(b)) continue;
        shared++;
        if (plansOf(a) !== plansOf(b)) others.push(`${urls[0]} and ${urls[1]}: ${canonicalOptions(a)}`);
        if (urls[0] !== urls[1]) sharing.push({ urls, requests: [a, b] });
      }
    }
  }, 300_000);

  test("30 of 100 generated neighbours or more share a key, most of them in other words", () => {
    console.log(`${PAIRS} pairs, ${shared} share a key, ${sharing.length} of them differ in their text`);
    expect(shared).toBeGreaterThanOrEqual(0.3 * PAIRS);
    expect(sharing.length).toBeGreaterThanOrEqual(0.2 * PAIRS);
  });

  test("all of them have the same plan", () => {
    expect(others.slice(0, 5), `${others.length} pairs share a key and no plan`).toEqual([]);
  });

  test("and the same bytes", { timeout: 600_000 }, async () => {
    const [width, height] = [97, 61];
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * i + 7 * i) >> 3);
    const bytes = new Uint8Array(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const render = async ({ transform }: ImageRequest) => {
      const order = { bytes, transform, format: "png", limits: LIMITS } as const;
      return renderImage(order).then(
        (rendition) => Buffer.from(rendition.bytes).toString("base64"),
        (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
      );
    };
    for (let i = 0; i < RENDERED; i++) {
      const { urls, requests } = pick(sharing);
      if ((await render(requests[0])) !== (await render(requests[1]))) expect.fail(urls.join(" and "));
    }
  });
});

describe("at the branch points", () => {
  const signed = async (options: string) => {
    const url = await sign(`/${options}/plain/https://${SOURCE}`);
    return readImageRequest(url, null, SIGNED, 0);
  };
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => "taken",
      (error: unknown) =>
        error instanceof Failure ? `${error.reason}: ${error.facts.value} ${error.facts.limit}` : error,
    );
  const photon = (query: string) => readImageRequest(`${ORIGIN}/photon/${SOURCE}?${query}`, null, OPEN, 0);

  test.each(["0.00000001", "0.000000499"])("a crop of %s of a side is refused, not made whole", async (side) => {
    const refused = `option_invalid: "${side}" 0, or a number from 0.000001 to 65535`;
    expect(await failure(signed(`c:${side}:0.5`))).toBe(refused);
    expect(await failure(signed(`c:0.5:${side}`))).toBe(refused);
  });
  test("a crop in percent likewise", async () => {
    expect(await failure(photon("crop=0,0,0.00001,50"))).toBe(
      'option_invalid: "0,0,0.00001,50" 0, or a number from 0.0001 to 100',
    );
    expect((await photon("crop=0,0,0.0001,50")).transform.crop).toMatchObject({ width: 0.000001, height: 0.5 });
  });
  test.each([
    ["c:0.000001:0.5", { width: 0.000001, height: 0.5 }],
    ["c:0.999999:0.9999999", { width: 0.999999, height: 0.999999 }],
    ["c:1:1.0000001", { width: 1, height: 1 }],
    ["c:0:0.5", { width: 0, height: 0.5 }],
  ])("%s", async (options, crop) => expect((await signed(options)).transform.crop).toMatchObject(crop));
  test.each([
    ["g:we:0.9999999:-0.9999999", { x: 0.999999, y: -0.999999 }],
    ["g:we:1:-1", { x: 1, y: -1 }],
    ["g:we:0.0000001:-0.0000001", { x: 0, y: 0 }],
  ])("%s: a share stays a share", async (options, gravity) => {
    expect((await signed(options)).transform.gravity).toEqual({ kind: "compass", at: "we", ...gravity });
  });
  test.each([
    ["100", 0.999999],
    ["99.99999", 0.999999],
    ["1px", 1],
    ["0.00001", 0],
  ])("a Photon offset of %s is %d", async (x, expected) => {
    expect((await photon(`crop=${x},0,50,50`)).transform.crop?.gravity).toMatchObject({ x: expected, y: 0 });
  });

  test("the client writes numbers in the same step", async () => {
    const url = await signedUrl(
      ORIGIN,
      `https://${SOURCE}`,
      { dpr: 1.3333333730697632, crop: { width: 0.99999999, height: 1 / 3 }, gravity: { at: "no", x: 1e-9, y: 2 / 3 } },
      { key: KEYS.SIGNING_KEYS, salt: KEYS.SIGNING_SALTS },
    );
    expect((await readImageRequest(url, null, SIGNED, 0)).transform).toMatchObject({
      dpr: 1.333333,
      crop: { width: 0.999999, height: 0.333333 },
      gravity: { x: 0, y: 0.666667 },
    });
  });
  test("the client refuses a crop that would be whole", async () => {
    const signing = { key: KEYS.SIGNING_KEYS, salt: KEYS.SIGNING_SALTS };
    const url = signedUrl(ORIGIN, `https://${SOURCE}`, { crop: { width: 1e-8, height: 0.5 } }, signing);
    await expect(url).rejects.toThrow("The crop width cannot be 1e-8: 0, or a number from 0.000001");
  });
});
