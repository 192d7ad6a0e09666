import { describe, expect, test } from "vitest";
import { LADDER } from "../../../../src/config/ladder.ts";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { computeGeometry } from "../../../../src/image/geometry/computeGeometry.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { GRAMMARS } from "../../../../src/request/grammars/table.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";

const ORIGIN = "https://cdn.firstlight.test";
const CONFIG = parseConfig({ ALLOWED_SOURCES: "a.test" });
const SOURCE = "https://a.test/1.jpg";
const ESCAPED = encodeURIComponent(SOURCE);

/** A URL of every grammar that asks for the same picture, written out once more on purpose. */
const EXAMPLES = [
  ["imgproxy", `/unsafe/w:320/plain/${SOURCE}`],
  ["photon", "/photon/a.test/1.jpg?w=320&ssl=1"],
  ["cloudflare", `/image/width=320/${SOURCE}`],
  ["next", `/_next/image?url=${ESCAPED}&w=320`],
  ["ipx", `/_ipx/w_320/${SOURCE}`],
  ["wsrv", `/?url=${ESCAPED}&w=320&we`],
] as const;

const read = (path: string, accept = "image/webp") => readImageRequest(ORIGIN + path, accept, CONFIG, 0);
const keyOf = async (path: string) => {
  const request = await read(path);
  return `${request.source} ${canonicalOptions(request)}`;
};

describe("every grammar", () => {
  test.each(EXAMPLES)("%s reads its URL, and with its own authority", async (grammar, path) => {
    const request = await read(path);
    expect(request.grammar).toBe(grammar);
    expect(GRAMMARS[grammar].authorities).toContain(request.authority);
  });
  test("all of them ask for the same", async () => {
    const asked = await Promise.all(
      EXAMPLES.map(async ([, path]) => {
        const { grammar: _, ...rest } = await read(path);
        return rest;
      }),
    );
    for (const request of asked) expect(request).toEqual(asked[0]);
  });
  test("and these are all", () => expect(Object.keys(GRAMMARS).sort()).toEqual(EXAMPLES.map(([name]) => name).sort()));
});

/** Pictures by the grammars that can ask for them; each row is one key. */
const SAME: readonly (readonly [picture: string, ...paths: string[]])[] = [
  [
    "a filled box that does not grow",
    `/unsafe/rs:fill:320:160/plain/${SOURCE}`,
    "/photon/a.test/1.jpg?resize=320,160&ssl=1",
    `/image/w=320,h=160,fit=crop/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=cover&we`,
  ],
  [
    "a filled box that grows, to the north",
    `/unsafe/rs:fill:320:160:1/g:no/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=cover,g=top/${SOURCE}`,
    `/_ipx/s_320x160,enlarge,pos_top/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=cover&a=top`,
  ],
  [
    "a box in its proportion, as large as the picture allows",
    `/unsafe/rs:fill-down:320:160/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=aspect-crop/${SOURCE}`,
    `/_ipx/s_320x160/${SOURCE}`,
  ],
  [
    "round a point",
    `/unsafe/rs:fill:320:160:1/g:fp:0.25:0.75/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=cover,gravity=0.25x0.75/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=cover&a=focal&fpx=0.25&fpy=0.75`,
  ],
  [
    "padded, on red",
    `/unsafe/rs:fit:320:160:1:1/bg:f00/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=pad,background=red/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=contain&cbg=f00&bg=red`,
  ],
  [
    "padded in white, its own transparency kept",
    `/unsafe/rs:fit:320:160:1:1/exbg:fff/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=pad/${SOURCE}`,
    `/_ipx/s_320x160,fit_contain,enlarge,b_white/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=contain&cbg=white`,
  ],
  [
    "distorted",
    `/unsafe/rs:force:320:160:1/plain/${SOURCE}`,
    `/image/width=320,height=160,fit=squeeze/${SOURCE}`,
    `/_ipx/s_320x160,fit_fill,enlarge/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=fill`,
  ],
  [
    "at least a box",
    `/unsafe/rs:outside:320:160/plain/${SOURCE}`,
    `/_ipx/s_320x160,fit_outside/${SOURCE}`,
    `/?url=${ESCAPED}&w=320&h=160&fit=outside&we`,
  ],
  [
    "turned, PNG, of quality 60",
    `/unsafe/w:160/rot:90/f:png/q:60/plain/${SOURCE}`,
    `/image/w=160,rotate=90,f=png,q=60/${SOURCE}`,
    `/_ipx/w_160,rotate_90,f_png,q_60/${SOURCE}`,
    `/?url=${ESCAPED}&w=160&we&ro=90&output=png&q=60`,
  ],
  [
    "twice as dense",
    `/unsafe/w:160/dpr:2/plain/${SOURCE}`,
    "/photon/a.test/1.jpg?w=160&zoom=2&ssl=1",
    `/image/w=160,dpr=2/${SOURCE}`,
    `/?url=${ESCAPED}&w=160&we&dpr=2`,
    `/_next/image?url=${ESCAPED}&w=320`,
  ],
  [
    "one side only: what a box would cut, pad or distort has no effect",
    `/unsafe/w:320/el:1/plain/${SOURCE}`,
    ...["contain", "cover", "pad", "squeeze"].map((fit) => `/image/w=320,fit=${fit}/${SOURCE}`),
    `/_ipx/w_320,enlarge,fit_contain/${SOURCE}`,
    ...["inside", "outside", "cover", "fill", "contain"].map((fit) => `/?url=${ESCAPED}&w=320&fit=${fit}`),
  ],
  [
    "no size",
    `/unsafe/plain/${SOURCE}`,
    "/photon/a.test/1.jpg?ssl=1",
    `/image/f=auto/${SOURCE}`,
    `/_ipx/_/${SOURCE}`,
    `/?url=${ESCAPED}`,
  ],
];

test.each(SAME)("%s: one key at every grammar", async (_, ...paths) => {
  const keys = await Promise.all(paths.map(keyOf));
  expect(keys).toEqual(keys.map(() => keys[0]));
});

test("no two of these pictures share a key", async () => {
  const keys = await Promise.all(SAME.map(([, path = ""]) => keyOf(path)));
  // Twice 160 is 320, and the key says only that.
  const others = keys.filter((_, i) => SAME[i]?.[0] !== "twice as dense");
  expect(new Set(others).size).toBe(others.length);
});

test.each([
  ["/unsafe/w:320/plain/%s", "signature_missing"],
  ["/image/w=320/%s", "list"],
  ["/_next/image?url=%s&w=320", "list"],
  ["/_ipx/w_320/%s", "list"],
  ["/?url=%s&w=320", "list"],
])("%s with signing keys set: %s", async (path, expected) => {
  const keys = parseConfig({ ALLOWED_SOURCES: "a.test", SIGNING_KEYS: "aa", SIGNING_SALTS: "bb" });
  const said = await readImageRequest(ORIGIN + path.replace("%s", SOURCE), null, keys, 0).then(
    ({ authority }) => authority,
    ({ reason }) => reason,
  );
  expect(said).toBe(expected);
});

/** A `srcset` of the ladder's widths, by grammar; `height` of a box, or none. */
const SRCSETS: Readonly<Record<string, (width: number, height: number | null) => string>> = {
  imgproxy: (w, h) => `/unsafe/rs:fill:${w}:${h ?? 0}/plain/${SOURCE}`,
  photon: (w, h) => `/photon/a.test/1.jpg?ssl=1&${h === null ? `w=${w}` : `resize=${w},${h}`}`,
  cloudflare: (w, h) => `/image/w=${w}${h === null ? "" : `,h=${h},fit=cover`}/${SOURCE}`,
  next: (w) => `/_next/image?url=${ESCAPED}&w=${w}&q=75`,
  ipx: (w, h) => `/_ipx/${h === null ? `w_${w}` : `s_${w}x${h}`}/${SOURCE}`,
  wsrv: (w, h) => `/?url=${ESCAPED}&w=${w}${h === null ? "" : `&h=${h}&fit=cover`}`,
};

describe("descriptors of a srcset are true", () => {
  const ratios = [null, 2, 1.5, 1, 0.75, 0.5] as const;
  test.each(Object.entries(SRCSETS))("%s", async (_, pathOf) => {
    for (const width of LADDER) {
      for (const ratio of ratios) {
        const height = ratio === null ? null : Math.round(width / ratio);
        if (height !== null && height > (LADDER.at(-1) ?? 0)) continue;
        const { transform } = await read(pathOf(width, height));
        const source = { width: 6000, height: 6000 };
        const made = computeGeometry(source, transform);
        // next/image asks for no height.
        const isBox = height !== null && transform.height > 0;
        expect([made.width, made.height]).toEqual([width, isBox ? height : width]);
      }
    }
  });
});
