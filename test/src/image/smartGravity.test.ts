import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { computeGeometry } from "../../../src/image/geometry/computeGeometry.ts";
import { openFile } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { MOST_SEEN, resolve } from "../../../src/image/resolve.ts";
import { seeing } from "../../../src/image/see.ts";
import { attentionOf } from "../../../src/image/steps/attention.ts";
import { CORPUS, corpusFiles } from "./corpus.ts";
import { orderOf } from "./orders.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const SMART = { kind: "smart", x: 0, y: 0 } as const;
const clock = { lap: () => undefined };

/** Agreement of two intervals of one length. */
const overlap = (a: number, b: number, length: number) => {
  const both = Math.max(0, length - Math.abs(a - b));
  return both / (2 * length - both);
};

describe("against libvips' attention", () => {
  const files = corpusFiles("photos").filter((_, i) => LONG || i % 9 === 0);
  test.skipIf(files.length === 0)("the windows agree: IoU of 0.85 or more on each", async () => {
    const rows: [string, number][] = [];
    for (const file of files) {
      const bytes = readFileSync(join(CORPUS, "photos", file));
      const order = orderOf(bytes, { resize: "fill", width: 200, height: 200, gravity: SMART }, "png");
      const { source, bytes: opened } = await openFile(order.bytes);
      if (source.orientation !== 1 || source.format === "avif") continue;
      const { transform } = await resolve(
        source,
        { ...order, fileBytes: opened.length, mostSeen: MOST_SEEN },
        seeing(opened, source, clock),
        true,
      );
      const { window } = computeGeometry(source, transform);
      const scale = window.width / 200;
      const { info } = await sharp(bytes)
        .resize(200, 200, { fit: "cover", position: "attention" })
        .png()
        .toBuffer({ resolveWithObject: true });
      // sharp gives how far the picture was moved.
      const [left, top] = [-(info.cropOffsetLeft ?? 0) * scale, -(info.cropOffsetTop ?? 0) * scale];
      rows.push([file, overlap(window.left, left, window.width) * overlap(window.top, top, window.height)]);
    }
    const mean = rows.reduce((sum, [, iou]) => sum + iou, 0) / rows.length;
    const worst = [...rows].sort(([, a], [, b]) => a - b).slice(0, 6);
    if (LONG) console.log(worst.map(([file, iou]) => `${file} ${iou.toFixed(2)}`).join(", "));
    console.log(
      `${rows.length} photographs: IoU ${mean.toFixed(3)} in the mean, least ${Math.min(...rows.map(([, iou]) => iou)).toFixed(2)}`,
    );
    expect(Math.min(...rows.map(([, iou]) => iou))).toBeGreaterThanOrEqual(0.85);
  });
});

/** Grey, with a red disc in the middle of the right third. */
async function redDisc(orientation = 1): Promise<Uint8Array> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><rect width="300" height="100" fill="#777"/><circle cx="250" cy="50" r="30" fill="#d33"/></svg>';
  const turned = orientation === 6 ? sharp(Buffer.from(svg)).rotate(270) : sharp(Buffer.from(svg));
  return turned.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).withMetadata({ orientation }).toBuffer();
}

const redShare = async (bytes: Uint8Array) => {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let red = 0;
  for (let at = 0; at < data.length; at += info.channels) if ((data[at] ?? 0) > (data[at + 1] ?? 0) + 60) red++;
  return red / (info.width * info.height);
};

test.each([
  ["a fill", { resize: "fill", width: 100, height: 100, gravity: SMART }],
  ["a crop", { crop: { width: 100, height: 100, gravity: SMART } }],
  ["a crop that takes the picture's", { crop: { width: 100, height: 100, gravity: null }, gravity: SMART }],
] as const)("%s keeps what is red, in a turned picture too", async (_, wish) => {
  for (const orientation of [1, 6]) {
    const { bytes, width, height } = await renderImage(orderOf(await redDisc(orientation), wish, "png"));
    expect([width, height]).toEqual([100, 100]);
    expect(await redShare(bytes)).toBeGreaterThan(0.25);
  }
});

test("the middle is where no gravity is said", async () => {
  const wish = { resize: "fill", width: 100, height: 100 } as const;
  expect(await redShare((await renderImage(orderOf(await redDisc(), wish, "png"))).bytes)).toBe(0);
});

test("attention takes 8 ms of CPU at most on a picture of 640 px", () => {
  const data = new Uint8Array(4 * 640 * 427).fill(200);
  const times = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    attentionOf({ width: 640, height: 427, data, alpha: false }, { width: 0.5, height: 0.5 });
    return process.cpuUsage(before).user / 1000;
  });
  expect(times.sort((a, b) => a - b)[4]).toBeLessThan(8);
});
