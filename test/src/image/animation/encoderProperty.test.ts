/** Whatever frames go into the encoder of animations, a viewer sees them: alpha exactly, colours as a lossy encoder keeps them. */
import { describe, expect, test } from "vitest";
import { startAnimation } from "../../../../src/image/formats/webp/animation/encode.ts";
import { WEBP_FRAMES } from "../../../../src/image/formats/webp/frames.ts";
import { random } from "../formats/png/pngFile.ts";
import { framesOf } from "./framesOf.ts";

const [WIDTH, HEIGHT] = [83, 61];
const ROUNDS = process.env.FIRSTLIGHT_LONG === "1" ? 400 : 12;

type Picture = Uint32Array<ArrayBuffer>;
const bytesOf = (picture: Picture) => new Uint8Array(picture.buffer);

/** Soft colours in rectangles; with `clear` some of them are transparent or translucent. */
function drawn(before: Picture, next: () => number, clear: boolean): Picture {
  const picture = before.slice();
  for (let n = Math.floor(next() * 4); n > 0; n--) {
    const [left, top] = [Math.floor(next() * WIDTH), Math.floor(next() * HEIGHT)];
    const [right, bottom] = [left + 1 + Math.floor(next() * 30), top + 1 + Math.floor(next() * 30)];
    const grey = 60 + Math.floor(next() * 140);
    const alpha = !clear || next() < 0.5 ? 255 : next() < 0.7 ? 0 : Math.floor(next() * 256);
    const word = (((alpha << 24) | (grey << 16) | ((grey + 6) << 8) | (grey + 3)) >>> 0) * (alpha === 0 ? 0 : 1);
    for (let y = top; y < Math.min(bottom, HEIGHT); y++) {
      picture.fill(word, y * WIDTH + left, y * WIDTH + Math.min(right, WIDTH));
    }
  }
  return picture;
}

async function encoded(frames: readonly Picture[]): Promise<Uint8Array> {
  const encoder = startAnimation({ width: WIDTH, height: HEIGHT, plays: 0, quality: 90, effort: 4 });
  for (const frame of frames) {
    const data = bytesOf(frame);
    await encoder.add({ width: WIDTH, height: HEIGHT, data, alpha: frame.some((word) => word < 0xff000000) }, 100);
  }
  return encoder.finish();
}

/** What is shown at each tenth of a second. */
async function shownOf(file: Uint8Array): Promise<readonly Uint8Array[]> {
  const frames = await framesOf(WEBP_FRAMES, file);
  return frames.flatMap(({ data, delayMs }) => Array.from({ length: delayMs / 100 }, () => data));
}

describe.each([false, true])("transparent: %s", (clear) => {
  test(`${ROUNDS} random animations of 9 frames`, { timeout: 600_000 }, async () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const next = random(seed);
      let picture: Picture = new Uint32Array(WIDTH * HEIGHT).fill(clear ? 0 : 0xff707070);
      const frames = Array.from({ length: 9 }, () => {
        picture = drawn(picture, next, clear);
        return picture;
      });
      // One that surely differs, so that the file is an animation.
      frames.push(drawn(new Uint32Array(WIDTH * HEIGHT).fill(0xffa0a0a0), next, clear));
      const shown = await shownOf(await encoded(frames));
      expect(shown.length, `seed ${seed}`).toBe(frames.length);
      for (const [i, frame] of frames.entries())
        expect(differenceOf(bytesOf(frame), shown[i]), `seed ${seed}, ${i}`).toBeNull();
    }
  });
});

/** Null when alpha is the same and the colours are near: 10 levels on average, of what is seen. */
function differenceOf(wanted: Uint8Array, shown: Uint8Array = new Uint8Array()): string | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < wanted.length; i += 4) {
    if (wanted[i + 3] !== shown[i + 3]) return `alpha ${wanted[i + 3]} at ${i / 4} is ${shown[i + 3]}`;
    if (wanted[i + 3] === 0) continue;
    sum += Math.abs((wanted[i] ?? 0) - (shown[i] ?? 0));
    count++;
  }
  return count > 0 && sum / count > 10 ? `colours differ by ${sum / count}` : null;
}

test("two things far apart: what is between them is not encoded again", async () => {
  const next = random(7);
  const ground: Picture = Uint32Array.from(
    { length: WIDTH * HEIGHT },
    () => 0xff404040 + Math.floor(next() * 128) * 0x010101,
  );
  const withSquares = (shift: number) => {
    const picture = ground.slice();
    for (let y = 0; y < 8; y++) {
      picture.fill(0xff203040, y * WIDTH + shift, y * WIDTH + shift + 6);
      picture.fill(0xff90a0b0, (y + 52) * WIDTH + 70 - shift, (y + 52) * WIDTH + 76 - shift);
    }
    return picture;
  };
  const still = (await encoded([withSquares(0)])).length;
  const file = await encoded([withSquares(0), withSquares(3)]);
  expect(file.length - still).toBeLessThan(still / 4);
  expect((await shownOf(file)).length).toBe(2);
});
