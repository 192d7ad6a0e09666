/** Stray markers in the data, against libjpeg-turbo as sharp has it: both find their way again at the same restart marker. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";
import { seeded } from "./random.ts";
import { progressiveScript, sequentialScript, syntheticPicture, writeJpeg } from "./synthetic.ts";

const engine = jpegEngine(jpeg);

function ours(bytes: Uint8Array): Uint8Array {
  const header = readJpeg(bytes);
  const { width, height } = header;
  const crop = { x: 0, y: 0, width, height };
  return decodeJpeg(engine, bytes, header, { dctScale: 8, crop, width, height }).pixels;
}

function theirs(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes, { failOn: "none" }).toColourspace("srgb").ensureAlpha().raw().toBuffer();
}

/** Pixels whose first channel differs by more than rounding. */
function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i += 4) if (Math.abs((a[i] ?? 0) - (b[i] ?? 0)) > 3) count++;
  return count;
}

const [WIDTH, HEIGHT, STRIP] = [320, 160, 8];

/**
 * A grey file with a restart marker after each row of blocks. sharp writes none, so each row is a file of its own, and
 * their data are joined: with the same tables they have the same codes.
 */
async function withRestarts(): Promise<Uint8Array> {
  const rows = await Promise.all(
    Array.from({ length: HEIGHT / STRIP }, (_, row) => {
      const data = Buffer.from(
        Uint8Array.from(
          { length: WIDTH * STRIP },
          (_, i) => 128 + 90 * Math.sin((i % WIDTH) / 9 + row) + ((i * 37) % 30),
        ),
      );
      return sharp(data, { raw: { width: WIDTH, height: STRIP, channels: 1 } })
        .toColourspace("b-w")
        .jpeg({ quality: 85, optimiseCoding: false })
        .toBuffer();
    }),
  );
  const first = rows[0] ?? Buffer.alloc(0);
  const scan = first.indexOf(Buffer.of(0xff, 0xda));
  const data = scan + 2 + first.readUInt16BE(scan + 2);
  const header = Buffer.from(first.subarray(0, scan));
  header.writeUInt16BE(HEIGHT, header.indexOf(Buffer.of(0xff, 0xc0)) + 5);
  const interval = Buffer.of(0xff, 0xdd, 0, 4, 0, WIDTH / 8);
  const pieces = rows.flatMap((file, i) => [Buffer.of(0xff, 0xd0 + ((i + 7) & 7)), file.subarray(data, -2)]);
  return Buffer.concat([header, interval, first.subarray(scan, data), ...pieces.slice(1), Buffer.of(0xff, 0xd9)]);
}

const good = await withRestarts();
const restarts = [...good.keys()].filter((i) => good[i] === 0xff && ((good[i + 1] ?? 0) & 0xf8) === 0xd0);
/** A place in the middle of interval `n`. */
const middle = (n: number) => ((restarts[n - 1] ?? 0) + (restarts[n] ?? 0)) >> 1;
const inserted = (at: number, ...bytes: number[]) =>
  Uint8Array.from([...good.subarray(0, at), ...bytes, ...good.subarray(at)]);
const replaced = (at: number, ...bytes: number[]) => {
  const copy = good.slice();
  copy.set(bytes, at);
  return copy;
};
const ONE_INTERVAL = WIDTH * STRIP;

describe("in a file with restart markers", () => {
  test("the file itself is as libjpeg shows it", async () => {
    expect(restarts.length).toBe(HEIGHT / STRIP - 1);
    expect(differing(ours(good), await theirs(good))).toBe(0);
  });

  const reserved = [0x01, 0x02, 0x4e, 0x9f, 0xbf];
  test.each(reserved)("FF %i costs no more than the interval it is in", async (code) => {
    for (const bytes of [inserted(middle(4), 0xff, code), replaced(middle(4), 0xff, code)]) {
      expect(differing(ours(bytes), ours(good))).toBeLessThanOrEqual(ONE_INTERVAL);
      expect(differing(ours(bytes), await theirs(bytes))).toBeLessThanOrEqual(ONE_INTERVAL);
    }
  });

  test("several in one interval, one before a restart marker, one after it", async () => {
    const at = middle(4);
    const next = restarts[4] ?? 0;
    for (const bytes of [
      inserted(at, 0xff, 0x9f, 1, 2, 3, 0xff, 0x20, 0xff, 0x01),
      inserted(next, 0xff, 0x9f),
      inserted(next + 2, 0xff, 0x9f),
      replaced(next, 0xff, 0x9f),
    ]) {
      expect(differing(ours(bytes), ours(good))).toBeLessThanOrEqual(2 * ONE_INTERVAL);
      expect(differing(ours(bytes), await theirs(bytes))).toBeLessThanOrEqual(2 * ONE_INTERVAL);
    }
  });

  test.each([0xc0, 0xd9, 0xda, 0xe5, 0xfe])(
    "FF %i can be the end of the scan: the rest is grey, as libjpeg shows it",
    async (code) => {
      const bytes = inserted(middle(4), 0xff, code);
      const shown = ours(bytes);
      expect(differing(shown, await theirs(bytes))).toBeLessThanOrEqual(ONE_INTERVAL);
      expect(shown.at(-4)).toBe(128);
    },
  );

  test("random codes at random places: never more than two intervals apart from libjpeg", async () => {
    const random = seeded(77);
    for (let i = 0; i < 200; i++) {
      const at = random.between((restarts[0] ?? 0) - 20, (restarts.at(-1) ?? 0) + 10);
      const code = random.between(1, 0xd7);
      const bytes = random.between(0, 1) === 0 ? inserted(at, 0xff, code) : replaced(at, 0xff, code);
      // libjpeg stops a file with a stray SOF or DHT at its end; the pixels before that are compared all the same.
      expect(differing(ours(bytes), await theirs(bytes)), `${i}: FF ${code} at ${at}`).toBeLessThanOrEqual(
        2 * ONE_INTERVAL,
      );
    }
  });
});

describe("in a file of several scans", () => {
  const colour = [
    [2, 2],
    [1, 1],
    [1, 1],
  ] as const;
  test.each([
    ["progressive", progressiveScript(seeded(3), 3)],
    ["a scan for each component", sequentialScript(3, false)],
  ] as const)("%s: a reserved marker does not hide the scans behind it", (_, script) => {
    const picture = syntheticPicture(seeded(8), 160, 96, colour);
    const bytes = writeJpeg(picture, { script, interval: 5, skewed: true });
    const scans = readJpeg(bytes).scans.length;
    const at = (readJpeg(bytes).scans[0]?.at ?? 0) + 30;
    // A segment of the length that follows would reach to the end of the file.
    const damaged = Uint8Array.from([...bytes.subarray(0, at), 0xff, 0x9f, 0xff, 0x00, ...bytes.subarray(at)]);
    expect(readJpeg(damaged).scans.length).toBe(scans);
    expect(differing(ours(damaged), ours(bytes))).toBeLessThan((160 * 96) / 4);
  });
});
