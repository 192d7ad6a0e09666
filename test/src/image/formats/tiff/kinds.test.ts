/** Every kind of TIFF, coded in every way and laid out in every way, pixel by pixel: by the specification, and as sharp. */
import { describe, expect, test } from "vitest";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type FieldOf, type TiffOf, tiffFile } from "./tiffFile.ts";

const [WIDTH, HEIGHT] = [37, 23];

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

type Kind = Pick<TiffOf, "bits" | "samples" | "photometric"> & {
  readonly fields?: NonNullable<TiffOf["fields"]>;
  /** Samples of a pixel -> what is shown. */
  readonly shown: (samples: readonly number[]) => Rgba;
  /** How far sharp's pixels may be away; null: it does not read the kind, or shows something else. */
  readonly sharp: number | null;
};

const scaled = (value: number, bits: number) =>
  bits >= 16 ? value >>> (bits - 8) : Math.round((value * 255) / (2 ** bits - 1));
const grey = (value: number, alpha = 255): Rgba => [value, value, value, alpha];
const divided = (value: number, alpha: number) => (alpha === 0 ? 0 : Math.min(255, Math.round((value * 255) / alpha)));

/** Reds, greens and blues of a palette of so many bits. */
const colourMap = (bits: number): FieldOf =>
  [1, 7, 13].flatMap((factor) => Array.from({ length: 2 ** bits }, (_, i) => ((i * factor * 37) % 256) * 257));
const fromMap = (value: number): Rgba => {
  const [r = 0, g = 0, b = 0] = [1, 7, 13].map((factor) => (value * factor * 37) % 256);
  return [r, g, b, 255];
};

const greyKinds = ([1, 2, 3, 4, 8, 12, 16, 24, 32] as const).flatMap((bits): [string, Kind][] => {
  // libvips knows no depths in between, and what has 32 bits is white to it.
  const sharp = bits === 3 || bits === 12 || bits > 16 ? null : 0;
  const kind = { bits, samples: 1, sharp };
  const most = 2 ** bits - 1;
  return [
    [`grey of ${bits} bits`, { ...kind, photometric: 1, shown: ([v = 0]) => grey(scaled(v, bits)) }],
    [`WhiteIsZero of ${bits} bits`, { ...kind, photometric: 0, shown: ([v = 0]) => grey(scaled(most - v, bits)) }],
  ];
});

const paletteKinds = ([1, 2, 4, 8] as const).map((bits): [string, Kind] => [
  `palette of ${bits} bits`,
  {
    bits,
    samples: 1,
    photometric: 3,
    fields: { 320: colourMap(bits) },
    shown: ([v = 0]) => fromMap(v),
    sharp: bits === 1 ? null : 0,
  },
]);

const rgb = (bits: number, [r = 0, g = 0, b = 0]: readonly number[], alpha = 255): Rgba => [
  scaled(r, bits),
  scaled(g, bits),
  scaled(b, bits),
  alpha,
];

const KINDS: readonly (readonly [string, Kind])[] = [
  ...greyKinds,
  ...paletteKinds,
  [
    "palette with values of 8 bits",
    {
      bits: 8,
      samples: 1,
      photometric: 3,
      fields: { 320: Array.from({ length: 768 }, (_, i) => i % 256) },
      shown: ([v = 0]) => grey(v),
      sharp: 0,
    },
  ],
  ...([8, 16] as const).flatMap((bits): [string, Kind][] => [
    [
      `grey with alpha, ${bits} bits`,
      {
        bits,
        samples: 2,
        photometric: 1,
        fields: { 338: [2] },
        shown: ([v = 0, a = 0]) => grey(scaled(v, bits), scaled(a, bits)),
        sharp: 0,
      },
    ],
    [`RGB of ${bits} bits`, { bits, samples: 3, photometric: 2, shown: (s) => rgb(bits, s), sharp: 0 }],
    [
      `RGB with alpha, ${bits} bits`,
      {
        bits,
        samples: 4,
        photometric: 2,
        fields: { 338: [2] },
        shown: (s) => rgb(bits, s, scaled(s[3] ?? 0, bits)),
        sharp: 0,
      },
    ],
    [
      `RGB and a sample of unknown use, ${bits} bits`,
      { bits, samples: 4, photometric: 2, shown: (s) => rgb(bits, s, scaled(s[3] ?? 0, bits)), sharp: 0 },
    ],
    [
      `RGB, an unknown sample, and then alpha, ${bits} bits`,
      {
        bits,
        samples: 5,
        photometric: 2,
        fields: { 338: [0, 2] },
        shown: (s) => rgb(bits, s, scaled(s[4] ?? 0, bits)),
        sharp: null,
      },
    ],
    [
      `RGB with associated alpha, ${bits} bits`,
      {
        bits,
        samples: 4,
        photometric: 2,
        fields: { 338: [1] },
        shown: ([r = 0, g = 0, b = 0, a = 0]) => {
          const alpha = scaled(a, bits);
          return [
            divided(scaled(r, bits), alpha),
            divided(scaled(g, bits), alpha),
            divided(scaled(b, bits), alpha),
            alpha,
          ];
        },
        // libvips leaves colours that are lighter than their alpha as they overflow.
        sharp: null,
      },
    ],
  ]),
  ["RGB of 32 bits", { bits: 32, samples: 3, photometric: 2, shown: (s) => rgb(32, s), sharp: null }],
  ["RGB of 4 bits", { bits: 4, samples: 3, photometric: 2, shown: (s) => rgb(4, s), sharp: null }],
  [
    "CMYK",
    {
      bits: 8,
      samples: 4,
      photometric: 5,
      shown: ([c = 0, m = 0, y = 0, k = 0]) => {
        const [r = 0, g = 0, b = 0] = [c, m, y].map((ink) => Math.round(((255 - ink) * (255 - k)) / 255));
        return [r, g, b, 255];
      },
      // It takes a press profile where there is none.
      sharp: null,
    },
  ],
];

const CODINGS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["uncompressed", {}],
  ["PackBits", { compression: 32_773 }],
  ["LZW", { compression: 5 }],
  ["old LZW", { compression: 5, oldLzw: true }],
  ["Deflate", { compression: 8 }],
  ["Deflate of Adobe's old number", { compression: 32_946 }],
];

/** Codings whose big-endian files are held against sharp too; the byte order does not matter to the others. */
const CODINGS_IN_BOTH: readonly string[] = ["uncompressed", "LZW, differences"];

const LAYOUTS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["one strip", {}],
  ["strips", { rowsPerStrip: 5 }],
  ["tiles", { tile: [16, 16] }],
  ["planes in strips", { planar: true, rowsPerStrip: 7 }],
  ["planes in tiles", { planar: true, tile: [32, 16] }],
];

/** Gradients and noise in all of the range. */
function sampleOf(bits: number): TiffOf["sample"] {
  return (x, y, channel) => {
    const noise = Math.imul(x * 131 + y * 71 + channel * 17, 2_654_435_761) >>> (32 - bits);
    return y % 4 === 0 ? noise : Math.floor(((x + y + 9 * channel) * 2 ** bits) / 80) % 2 ** bits;
  };
}

function wantedPixels({ bits, samples, shown }: Kind): Uint8Array {
  const sample = sampleOf(bits);
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return shown(Array.from({ length: samples }, (_, channel) => sample(x, y, channel)));
  });
  return Uint8Array.from(pixels.flat());
}

describe.each(KINDS)("%s", (_, kind) => {
  const { shown: _shown, sharp, ...of } = kind;
  const wanted = wantedPixels(kind);
  const variants = CODINGS.flatMap(([coding, how]) =>
    [false, true].flatMap((predictor) =>
      predictor && (![5, 8, 32_946].includes(how.compression ?? 1) || (kind.bits !== 8 && kind.bits !== 16))
        ? []
        : [[predictor ? `${coding}, differences` : coding, { ...how, predictor }] as const],
    ),
  );

  test.each(LAYOUTS.filter(([, { planar }]) => planar !== true || kind.samples > 1))("%s", async (_, layout) => {
    for (const [coding, how] of variants) {
      for (const [little, big, reverse] of [
        [true, false, false],
        [false, false, true],
        [true, true, true],
        [false, true, false],
      ] as const) {
        const picture = { width: WIDTH, height: HEIGHT, sample: sampleOf(kind.bits), ...of, ...layout, ...how };
        const bytes = tiffFile({ ...picture, little, big, reverse });
        const { pixels, truncated } = await pictureOf(bytes);
        const label = `${coding}, ${little ? "II" : "MM"}${big ? ", BigTIFF" : ""}${reverse ? ", bits reversed" : ""}`;
        expect(truncated, label).toBe(false);
        expect(largestDifference(pixels.data, wanted), label).toBe(0);
        // libvips reads no planes in tiles, and of grey with alpha only the first plane.
        const planes = layout.planar === true && (layout.tile !== undefined || kind.samples === 2);
        const known = sharp !== null && !planes;
        if (known && !big && (little || CODINGS_IN_BOTH.includes(coding))) {
          expect(largestDifference(pixels.data, await sharpPixels(bytes)), `${label}: sharp`).toBeLessThanOrEqual(
            sharp,
          );
        }
      }
    }
  });
});
