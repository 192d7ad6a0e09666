/** The first frame of an animation: its alpha, whatever the file's flags say, and its place on the canvas. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";

const u24 = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
const chunk = (tag: string, body: Uint8Array) => {
  const head = Buffer.alloc(8);
  head.write(tag, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
};

type Colour = { r: number; g: number; b: number; alpha: number };
const RED = { r: 200, g: 20, b: 20, alpha: 1 };
const HALF = { r: 200, g: 20, b: 20, alpha: 0.5 };

/** The chunks of a picture that belong into a frame. */
async function frameChunks(width: number, height: number, background: Colour, lossless: boolean): Promise<Buffer> {
  const channels = background.alpha < 1 ? 4 : 3;
  const file = await sharp({ create: { width, height, channels, background } })
    .webp({ lossless, quality: 90 })
    .toBuffer();
  const parts: Buffer[] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + (length & 1);
    if (["ALPH", "VP8 ", "VP8L"].includes(file.toString("latin1", at, at + 4))) parts.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

type Place = { left?: number; top?: number; width?: number; height?: number };
const [WIDTH, HEIGHT] = [40, 30];

/** An animation of two frames on a canvas of 40x30. */
async function animation(colour: Colour, lossless: boolean, place: Place = {}, flags = 0x02): Promise<Uint8Array> {
  const { left = 0, top = 0, width = WIDTH, height = HEIGHT } = place;
  const frame = Buffer.concat([
    Buffer.from([...u24(left / 2), ...u24(top / 2), ...u24(width - 1), ...u24(height - 1), ...u24(100), 0]),
    await frameChunks(width, height, colour, lossless),
  ]);
  const body = Buffer.concat([
    Buffer.from("WEBP"),
    chunk("VP8X", Buffer.from([flags, 0, 0, 0, ...u24(WIDTH - 1), ...u24(HEIGHT - 1)])),
    chunk("ANIM", Buffer.from([255, 255, 255, 255, 0, 0])),
    chunk("ANMF", frame),
    chunk("ANMF", frame),
  ]);
  const head = Buffer.alloc(8);
  head.write("RIFF");
  head.writeUInt32LE(body.length, 4);
  return new Uint8Array(Buffer.concat([head, body]));
}

async function pixelsOf(bytes: Uint8Array) {
  const { bytes: png, width, height } = await renderImage(orderOf(bytes, {}, "png"));
  const data = await sharp(png).ensureAlpha().raw().toBuffer();
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  return (x: number, y: number) => [...data.subarray(4 * (y * WIDTH + x), 4 * (y * WIDTH + x) + 4)];
}

describe.each([false, true])("lossless %s", (lossless) => {
  test.each([0x02, 0x12])("alpha in the frame, flags %i of the file", async (flags) => {
    const bytes = await animation(HALF, lossless, {}, flags);
    expect(readHeader(bytes)).toMatchObject({ alpha: true, frames: 2, width: WIDTH, height: HEIGHT });
    const [r = 0, , , alpha = 0] = (await pixelsOf(bytes))(10, 10);
    expect(Math.abs(r - 200)).toBeLessThanOrEqual(4);
    expect(Math.abs(alpha - 128)).toBeLessThanOrEqual(1);
  });

  test("a whole opaque frame is opaque", async () => {
    const bytes = await animation(RED, lossless);
    expect(readHeader(bytes).alpha).toBe(false);
    expect((await pixelsOf(bytes))(39, 29)[3]).toBe(255);
  });

  test.each<[string, Place]>([
    ["in the middle", { left: 10, top: 8, width: 20, height: 14 }],
    ["at the left upper corner", { width: 20, height: 14 }],
    ["at the right lower corner", { left: 20, top: 16, width: 20, height: 14 }],
    ["all columns, not all rows", { height: 28 }],
    ["all rows, not all columns", { width: 38 }],
  ])("a smaller frame %s: the rest of the canvas is clear", async (_, place) => {
    const bytes = await animation(RED, lossless, place);
    expect(readHeader(bytes).alpha).toBe(true);
    const { left = 0, top = 0, width = WIDTH, height = HEIGHT } = place;
    const pixel = await pixelsOf(bytes);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const inside = x >= left && x < left + width && y >= top && y < top + height;
        expect(pixel(x, y)[3], `${x},${y}`).toBe(inside ? 255 : 0);
      }
    }
  });
});

test("a frame beyond its canvas is damage, and so is a frame without a picture", async () => {
  const beyond = await animation(RED, false, { left: 30, width: 20 });
  await expect(renderImage(orderOf(beyond, {}, "png"))).rejects.toMatchObject({ reason: "image_damaged" });
  const empty = (await animation(RED, true)).slice();
  const at = Buffer.from(empty).indexOf("VP8L");
  empty.set(Buffer.from("xxxx"), at);
  await expect(renderImage(orderOf(empty, {}, "png"))).rejects.toMatchObject({ reason: "image_damaged" });
});
