/** Two animations of 40 frames out of photographs: the camera moves, or a small thing moves on a still ground. */
import sharp from "sharp";

export const SIZE = { width: 480, height: 270 } as const;
export const FRAMES = 40;
const DELAY_MS = 70;
/** Pixels from frame to frame. */
const STEP = 6;

/** The GIF, and every frame as RGB before it was made a GIF. */
export type Scene = { readonly name: string; readonly gif: Uint8Array };

async function pixelsOf(photo: string, width: number, height: number): Promise<Buffer> {
  return sharp(photo).resize(width, height, { fit: "cover" }).removeAlpha().toColourspace("srgb").raw().toBuffer();
}

async function gifOf(frames: readonly Buffer[]): Promise<Uint8Array> {
  const raw = { width: SIZE.width, height: SIZE.height * frames.length, channels: 3, pageHeight: SIZE.height } as const;
  const gif = await sharp(Buffer.concat(frames), { raw })
    .gif({ loop: 0, delay: frames.map(() => DELAY_MS) })
    .toBuffer();
  return new Uint8Array(gif);
}

/** A window that moves over a larger photograph. */
async function movingCamera(photo: string): Promise<Uint8Array> {
  const width = SIZE.width + FRAMES * STEP;
  const height = SIZE.height + FRAMES;
  const ground = await pixelsOf(photo, width, height);
  const frames = Array.from({ length: FRAMES }, (_, i) => cutOut(ground, width, i * STEP, i, SIZE));
  return gifOf(frames);
}

/** A piece of another photograph that moves over a ground. */
async function stillGround(photo: string, other: string): Promise<Uint8Array> {
  const ground = await pixelsOf(photo, SIZE.width, SIZE.height);
  const piece = { width: 90, height: 110 };
  const thing = await pixelsOf(other, piece.width, piece.height);
  const frames = Array.from({ length: FRAMES }, (_, i) => {
    const frame = Buffer.from(ground);
    const top = 60 + Math.round(30 * Math.sin(i / 5));
    for (let y = 0; y < piece.height; y++) {
      const from = 3 * y * piece.width;
      frame.set(thing.subarray(from, from + 3 * piece.width), 3 * ((top + y) * SIZE.width + 20 + i * 8));
    }
    return frame;
  });
  return gifOf(frames);
}

function cutOut(
  from: Buffer,
  stride: number,
  left: number,
  top: number,
  size: { width: number; height: number },
): Buffer {
  const frame = Buffer.alloc(3 * size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const at = 3 * ((top + y) * stride + left);
    frame.set(from.subarray(at, at + 3 * size.width), 3 * y * size.width);
  }
  return frame;
}

export const SCENES = {
  "moving camera": movingCamera,
  "still background": stillGround,
} as const satisfies Record<string, (photo: string, other: string) => Promise<Uint8Array>>;
