/** A wish at one grammar has the geometry that its own documentation says: sizes, and what is to be seen where. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { readPath } from "../../../support/grammarRequests.ts";
import { LIMITS } from "../../image/orders.ts";

/** Every size is a rung, so that the sizes of the documentations' examples, a tenth of them, come back as they are. */
const CONFIG = parseConfig({
  ALLOWED_SOURCES: "listed.test",
  LADDER: Array.from({ length: 300 }, (_, i) => i + 1).join(),
});

/** Red grows to the right, green downwards, so that a pixel tells where it was. */
async function gradient(width: number, height: number, transparent = false): Promise<Uint8Array> {
  const data = Buffer.alloc(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = transparent && x < width / 2 ? 0 : 255;
      data.set([(255 * x) / (width - 1), (255 * y) / (height - 1), 128, alpha], 4 * (y * width + x));
    }
  }
  const picture = sharp(data, { raw: { width, height, channels: 4 } });
  return new Uint8Array(await (transparent ? picture : picture.removeAlpha()).png().toBuffer());
}

type Place = readonly [x: number, y: number];
/** In the result, as shares of it; where that was in the source, as shares, or a colour (red, green, blue, alpha). */
type Probe = readonly [at: Place, is: Place | readonly [number, number, number, number]];
type Row = readonly [path: string, source: readonly [number, number], result: readonly [number, number], ...Probe[]];

const [TOP_LEFT, BOTTOM_RIGHT, MIDDLE] = [
  [0, 0],
  [1, 1],
  [0.5, 0.5],
] as const;
const WHOLE: readonly Probe[] = [
  [TOP_LEFT, TOP_LEFT],
  [BOTTOM_RIGHT, BOTTOM_RIGHT],
];
const WHITE = [255, 255, 255, 255] as const;
const BLACK = [0, 0, 0, 255] as const;
const RED = [255, 0, 0, 255] as const;
const NOTHING = [0, 0, 0, 0] as const;
const SHARE = 0.5 * (1 - 72 / 108);
/** A square of a picture of 3:2, by where it was cut. */
const CUT = {
  middle: [
    [TOP_LEFT, [SHARE, 0]],
    [BOTTOM_RIGHT, [1 - SHARE, 1]],
  ],
  left: [
    [TOP_LEFT, [0, 0]],
    [BOTTOM_RIGHT, [1 - 2 * SHARE, 1]],
  ],
  right: [
    [TOP_LEFT, [2 * SHARE, 0]],
    [BOTTOM_RIGHT, [1, 1]],
  ],
} as const satisfies Record<string, readonly Probe[]>;
/** A picture of 3:2 in the middle of a square, with bars of a colour. */
const bars = (colour: readonly [number, number, number, number]): readonly Probe[] => [
  [[0.5, 0.05], colour],
  [[0.5, 0.95], colour],
  [
    [0, SHARE + 0.02],
    [0, 0],
  ],
  [[1, 1 - SHARE - 0.02], BOTTOM_RIGHT],
];

/** https://developers.cloudflare.com/images/optimization/features/ with its own numbers, a tenth of them. */
const cloudflare = (options: string) => `/image/${options}/https://listed.test/a.png`;
const CLOUDFLARE: readonly Row[] = [
  [cloudflare("width=50,height=50"), [108, 72], [50, 33], ...WHOLE],
  [cloudflare("width=50,height=50,fit=scale-down"), [108, 72], [50, 33], ...WHOLE],
  [cloudflare("width=200,height=200,fit=scale-down"), [108, 72], [108, 72], ...WHOLE],
  [cloudflare("width=200,height=200,fit=contain"), [108, 72], [200, 133], ...WHOLE],
  [cloudflare("width=50,height=50,fit=cover"), [108, 72], [50, 50], ...CUT.middle],
  [cloudflare("width=200,height=200,fit=cover"), [108, 72], [200, 200], ...CUT.middle],
  [cloudflare("width=129,height=129,fit=crop"), [108, 72], [108, 72], ...WHOLE],
  [cloudflare("width=50,height=50,fit=crop"), [108, 72], [50, 50], ...CUT.middle],
  [cloudflare("width=192,height=112,fit=aspect-crop"), [61, 61], [61, 36], [MIDDLE, MIDDLE], [TOP_LEFT, [0, 0.205]]],
  [cloudflare("width=50,height=50,fit=aspect-crop"), [108, 72], [50, 50], ...CUT.middle],
  [cloudflare("width=108,height=108,fit=pad"), [108, 72], [108, 108], ...bars(WHITE)],
  [cloudflare("width=54,height=54,fit=pad,background=red"), [108, 72], [54, 54], ...bars(RED)],
  [cloudflare("width=216,height=216,fit=pad,background=%23000"), [108, 72], [216, 216], ...bars(BLACK)],
  [cloudflare("width=108,height=54,fit=squeeze"), [108, 72], [108, 54], ...WHOLE],
  [cloudflare("width=108,height=54,fit=squeeze"), [108, 108], [108, 54], ...WHOLE],
  [cloudflare("width=200,height=54,fit=squeeze"), [108, 72], [200, 54], ...WHOLE],
  [cloudflare("width=50,height=50,fit=cover,gravity=left"), [108, 72], [50, 50], ...CUT.left],
  [cloudflare("width=50,height=50,fit=cover,gravity=right"), [108, 72], [50, 50], ...CUT.right],
  [cloudflare("width=50,height=50,fit=cover,gravity=0x1"), [108, 72], [50, 50], ...CUT.left],
  [cloudflare("width=50,height=50,fit=cover,gravity=1x0.5"), [108, 72], [50, 50], ...CUT.right],
  [cloudflare("width=50,height=50,fit=cover,gravity=0.5x0.33"), [108, 72], [50, 50], ...CUT.middle],
  [cloudflare("width=72,height=36,fit=cover,gravity=top"), [72, 72], [72, 36], [TOP_LEFT, [0, 0]]],
  [cloudflare("width=72,height=36,fit=cover,gravity=bottom"), [72, 72], [72, 36], [BOTTOM_RIGHT, [1, 1]]],
  [
    cloudflare("width=36,rotate=90"),
    [108, 72],
    [36, 54],
    [
      [0, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [0, 0],
    ],
  ],
  [cloudflare("width=54,height=50,rotate=90,fit=crop"), [108, 72], [54, 50], [MIDDLE, MIDDLE]],
  [cloudflare("width=50,dpr=2"), [108, 72], [100, 67], ...WHOLE],
];

/** https://wsrv.nl/docs/ */
const wsrv = (query: string) => `/?url=listed.test/a.png&${query}`;
const WSRV: readonly Row[] = [
  [wsrv("w=50&h=50"), [108, 72], [50, 33], ...WHOLE],
  [wsrv("w=200&h=200&fit=inside"), [108, 72], [200, 133], ...WHOLE],
  [wsrv("w=200&h=200&fit=inside&we"), [108, 72], [108, 72], ...WHOLE],
  [wsrv("w=48&h=48&fit=outside"), [108, 72], [72, 48], ...WHOLE],
  [wsrv("w=200&h=200&fit=outside"), [108, 72], [300, 200], ...WHOLE],
  [wsrv("w=200&h=200&fit=outside&we"), [108, 72], [108, 72], ...WHOLE],
  [wsrv("w=50&h=50&fit=cover"), [108, 72], [50, 50], ...CUT.middle],
  [wsrv("w=200&h=200&fit=cover&a=right"), [108, 72], [200, 200], ...CUT.right],
  [wsrv("w=50&h=50&fit=cover&a=bottom-left"), [108, 72], [50, 50], ...CUT.left],
  [wsrv("w=50&h=50&fit=cover&a=focal&fpx=1"), [108, 72], [50, 50], ...CUT.right],
  [wsrv("w=40&h=70&fit=fill"), [108, 72], [40, 70], ...WHOLE],
  [wsrv("w=54&h=54&fit=contain&cbg=black"), [108, 72], [54, 54], ...bars(BLACK)],
  [wsrv("w=54&h=54&fit=contain"), [108, 72], [54, 54], ...bars(NOTHING)],
  [wsrv("w=200&h=200&fit=contain&we&cbg=fff"), [108, 72], [200, 200], [MIDDLE, MIDDLE], [[0.1, 0.5], WHITE]],
  [wsrv("w=54&h=54&fit=contain&a=top&cbg=fff"), [108, 72], [54, 54], [TOP_LEFT, TOP_LEFT], [[0.5, 0.9], WHITE]],
  [wsrv("h=36&dpr=2"), [108, 72], [108, 72], ...WHOLE],
  [
    wsrv("w=36&ro=90"),
    [108, 72],
    [36, 54],
    [
      [0, 0],
      [0, 1],
    ],
  ],
];

/** IPX's README, which refers to sharp's documentation of `resize`. */
const ipx = (modifiers: string) => `/_ipx/${modifiers}/https://listed.test/a.png`;
const IPX: readonly Row[] = [
  [ipx("w_50"), [108, 72], [50, 33], ...WHOLE],
  [ipx("w_200"), [108, 72], [108, 72], ...WHOLE],
  [ipx("w_200,enlarge"), [108, 72], [200, 133], ...WHOLE],
  [ipx("s_50x50"), [108, 72], [50, 50], ...CUT.middle],
  // "Never larger than the source in any dimension, while preserving the requested aspect ratio."
  [ipx("s_200x200"), [108, 72], [72, 72], ...CUT.middle],
  [ipx("enlarge,s_200x200"), [108, 72], [200, 200], ...CUT.middle],
  [ipx("s_50x50,pos_left"), [108, 72], [50, 50], ...CUT.left],
  [ipx("s_50x50,fit_inside"), [108, 72], [50, 33], ...WHOLE],
  [ipx("s_48x48,fit_outside"), [108, 72], [72, 48], ...WHOLE],
  [ipx("s_40x70,fit_fill"), [108, 72], [40, 70], ...WHOLE],
  [ipx("s_54x54,fit_contain"), [108, 72], [54, 54], ...bars(BLACK)],
  [ipx("s_54x54,fit_contain,b_ff0000"), [108, 72], [54, 54], ...bars(RED)],
  [ipx("s_200x200,fit_contain,b_fff"), [108, 72], [72, 72], ...bars(WHITE)],
  [ipx("s_200x200,fit_contain,enlarge,b_fff"), [108, 72], [200, 200], ...bars(WHITE)],
];

/** next/image's own server: a width, and no picture grows. */
const next = (width: number) => `/_next/image?url=https%3A%2F%2Flisted.test%2Fa.png&w=${width}&q=75`;
const NEXT: readonly Row[] = [
  [next(54), [108, 72], [54, 36], ...WHOLE],
  [next(300), [108, 72], [108, 72], ...WHOLE],
];

/** docs.imgproxy.net: the canvas of `extend`. */
const imgproxy = (options: string) => `/unsafe/${options}/plain/https://listed.test/a.png`;
const IMGPROXY: readonly Row[] = [
  [imgproxy("rs:fit:54:54:0:1/bg:fff"), [108, 72], [54, 54], ...bars(WHITE)],
  [imgproxy("rs:fit:200:200:0:1/bg:fff"), [108, 72], [200, 200], [MIDDLE, MIDDLE], [[0.1, 0.5], WHITE]],
  [imgproxy("rs:fit:54:54/ex:1:so/bg:fff"), [108, 72], [54, 54], [BOTTOM_RIGHT, BOTTOM_RIGHT], [[0.5, 0.1], WHITE]],
  [imgproxy("rs:fit:54:54/ex:1:nowe:0:9/bg:fff"), [108, 72], [54, 54], ...bars(WHITE)],
  [imgproxy("rs:fit:54:54/ex:1"), [108, 72], [54, 54], ...bars(NOTHING)],
];

const SOURCES = new Map<string, Uint8Array>();
const nameOf = (size: readonly [number, number]) => size.join("x");

beforeAll(async () => {
  for (const [, size] of [...CLOUDFLARE, ...WSRV, ...IPX, ...NEXT, ...IMGPROXY]) {
    if (!SOURCES.has(nameOf(size))) SOURCES.set(nameOf(size), await gradient(...size));
  }
});

async function rendered(path: string, bytes: Uint8Array) {
  const { transform } = await readPath(path, CONFIG);
  const result = await renderImage({ bytes, transform, format: "png", limits: LIMITS });
  const { data, info } = await sharp(result.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = ([x, y]: Place) => {
    const pixel = Math.round(y * (info.height - 1)) * info.width + Math.round(x * (info.width - 1));
    return [...data.subarray(4 * pixel, 4 * pixel + 4)];
  };
  return { size: [info.width, info.height], at };
}

/** Pixels have a width. */
const TOLERANCE = 10;

describe.each([
  ["Cloudflare's", CLOUDFLARE],
  ["wsrv.nl's", WSRV],
  ["IPX's", IPX],
  ["next/image's", NEXT],
  ["imgproxy's", IMGPROXY],
] as const)("%s grammar", (_, rows) => {
  test.each(rows.map((row) => [row[0], nameOf(row[1]), row] as const))("%s of %s", async (path, name, row) => {
    const [, , size, ...probes] = row;
    const result = await rendered(path, SOURCES.get(name) ?? new Uint8Array());
    expect(result.size).toEqual(size);
    for (const [at, is] of probes) {
      const [x, y] = is;
      const wanted = is.length === 4 ? [...is] : [255 * x, 255 * y, 128, 255];
      const seen = result.at(at);
      const isNear = wanted.every((value, i) => Math.abs(value - (seen[i] ?? -999)) <= TOLERANCE);
      expect(isNear, `at ${at}: ${seen}, not ${wanted.map(Math.round)}`).toBe(true);
    }
  });
});

test("padding keeps a picture's own transparency, and a background is under both", async () => {
  const bytes = await gradient(108, 72, true);
  const padded = await rendered(cloudflare("width=54,height=54,fit=pad"), bytes);
  expect([padded.at([0.5, 0.05]), padded.at([0.1, 0.5])[3]]).toEqual([WHITE, 0]);
  const onRed = await rendered(cloudflare("width=54,height=54,fit=pad,background=red"), bytes);
  expect([onRed.at([0.5, 0.05]), onRed.at([0.1, 0.5])]).toEqual([RED, RED]);
});
