/** Animated GIFs for tests, one for each thing that a frame can do. Palette: red, green, blue, white. */
import { COLOURS, control, extension, type FrameOf, gifFile, type Palette } from "../formats/gif/gifFile.ts";

const [WIDTH, HEIGHT] = [24, 18];

/** Indices by a rule. */
function painted(width: number, height: number, colour: (x: number, y: number) => number): number[] {
  return Array.from({ length: width * height }, (_, i) => colour(i % width, Math.floor(i / width)) & 3);
}

type Frame = Partial<FrameOf> & {
  readonly disposal?: number;
  readonly transparent?: number;
  readonly hundredths?: number;
};

/** A whole canvas of stripes, with `shift`. */
export const whole = (shift: number, over: Frame = {}): Frame => ({
  ...{ width: WIDTH, height: HEIGHT },
  indices: painted(WIDTH, HEIGHT, (x, y) => Math.floor((x + shift) / 5) + Math.floor(y / 4)),
  ...over,
});

/** A part of the canvas: 9 x 7 pixels. */
export const part = (left: number, top: number, colour: number, over: Frame = {}): Frame => ({
  ...{ left, top, width: 9, height: 7 },
  indices: painted(9, 7, (x, y) => (x === y ? 3 : colour)),
  ...over,
});

export function animatedGif(frames: readonly Frame[], loop: number | null = 0, palette: Palette = COLOURS): Uint8Array {
  const netscape = loop === null ? [] : extension(0xff, "NETSCAPE2.0", [1, loop & 255, loop >> 8]);
  return gifFile({
    ...{ width: WIDTH, height: HEIGHT, palette },
    frames: frames.map(({ disposal, transparent, hundredths = 7, ...frame }, i) => ({
      ...{ width: WIDTH, height: HEIGHT },
      ...frame,
      before: [
        ...(i === 0 ? netscape : []),
        ...control({
          hundredths,
          ...(disposal === undefined ? {} : { disposal }),
          ...(transparent === undefined ? {} : { transparent }),
        }),
      ],
    })),
  });
}

/** Their colours are so weak that a lossy encoder without full chroma shows them well. */
export const SOFT = [
  [40, 44, 60],
  [120, 104, 112],
  [176, 190, 170],
  [250, 246, 240],
] as const satisfies Palette;

const OWN = {
  bright: [
    [0, 255, 255],
    [255, 0, 255],
    [20, 30, 40],
    [90, 90, 0],
  ],
  soft: [
    [90, 90, 80],
    [30, 20, 20],
    [210, 220, 215],
    [150, 150, 160],
  ],
} as const;

/** libvips clears a frame's rectangle only if the frame has a transparent colour, browsers always. */
const CLEARED = { disposal: 2, transparent: 3 } as const;

/** What a frame can do -> a file. `soft`: in soft colours. */
export function gifs(soft: boolean) {
  const own = { palette: soft ? OWN.soft : OWN.bright };
  const gif = (frames: readonly Frame[]) => animatedGif(frames, 0, soft ? SOFT : COLOURS);
  return {
    "whole frames": gif([whole(0), whole(3), whole(7)]),
    "a part of the canvas, kept (disposal 1)": gif([
      whole(0, { disposal: 1 }),
      part(2, 3, 0),
      part(12, 8, 1),
      part(4, 9, 2),
    ]),
    "no disposal said (0)": gif([whole(0, { disposal: 0 }), part(1, 1, 2, { disposal: 0 }), part(14, 10, 1)]),
    "cleared (disposal 2)": gif([
      whole(0, { disposal: 1 }),
      part(2, 3, 0, CLEARED),
      part(12, 8, 1, CLEARED),
      part(4, 9, 2),
    ]),
    "the first frame cleared": gif([whole(0, CLEARED), part(2, 3, 0, CLEARED), part(9, 9, 1)]),
    "restored (disposal 3)": gif([
      whole(0, { disposal: 1 }),
      part(2, 3, 0, { disposal: 3 }),
      part(4, 4, 1, { disposal: 3 }),
      part(12, 8, 2, { disposal: 1 }),
      part(0, 0, 0, { disposal: 3 }),
      part(15, 11, 1),
    ]),
    "all disposals in turn": gif([
      whole(0, { disposal: 1 }),
      part(2, 3, 0, CLEARED),
      part(4, 4, 1, { disposal: 3 }),
      part(12, 8, 2, { disposal: 0 }),
      part(6, 6, 0, CLEARED),
      part(15, 11, 1, { disposal: 3 }),
      part(1, 1, 2),
    ]),
    "palettes of their own": gif([whole(0), whole(4, own), part(3, 3, 1, own), part(9, 9, 1)]),
    "a transparent colour": gif([
      whole(0, { disposal: 1 }),
      whole(4, { transparent: 1, disposal: 1 }),
      whole(9, { transparent: 3, disposal: 1 }),
    ]),
    "transparent from the start": gif([
      whole(0, { transparent: 2, disposal: 2 }),
      whole(4, { transparent: 2, disposal: 2 }),
      whole(9, { transparent: 2 }),
    ]),
    interlaced: gif([
      whole(0, { interlaced: true }),
      part(5, 5, 1, { interlaced: true }),
      whole(6, { interlaced: true }),
    ]),
    "over the edge": gif([
      whole(0, { disposal: 1 }),
      part(20, 3, 0, { disposal: 3 }),
      part(4, 14, 1, CLEARED),
      part(20, 15, 2),
    ]),
  } as const;
}
