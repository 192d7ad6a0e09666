/** What the heavy Worker holds between two pictures. The bench measures the isolate itself: `npm run bench -- formats`. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import sharp from "sharp";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { decodeHeavy } from "../../../src/heavy/decodeHeavy.ts";
import { HEAVY_DECODERS } from "../../../src/heavy/decoders.ts";
import { dropAllEngines, engineMemory } from "../../../src/image/engines.ts";
import { ISOLATE_BYTES } from "../../../src/image/formats/heavyMemory.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { jxlFile } from "../image/formats/jxl/jxlFile.ts";
import { svg, utf8 } from "../image/formats/svg/svgFile.ts";
import { orderOf } from "../image/orders.ts";
import { renderAny } from "./renderAny.ts";

const MB = 1_000_000;
const avif = async (width: number, height: number) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: "teal" } })
      .avif({ effort: 0 })
      .toBuffer(),
  );

/** Array buffers after a garbage collection, in bytes. */
function arrayBuffers(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 2; i++) collect();
  return process.memoryUsage().arrayBuffers;
}

let small: { readonly avif: Uint8Array; readonly jxl: Uint8Array };
beforeAll(async () => {
  small = { avif: await avif(64, 64), jxl: await jxlFile(new Uint8Array(4 * 64 * 64), 64, 64) };
});
afterEach(dropAllEngines);

const draw = (bytes: Uint8Array) => renderAny(orderOf(bytes, { width: 64 }, "png"));
const live = () =>
  Object.keys(engineMemory()).filter((name) => ["libavif", "jxl-oxide", "resvg", "photon"].includes(name));

test("no pixels of an AVIF stay", async () => {
  const file = await avif(800, 600);
  await draw(file);
  const before = arrayBuffers();
  for (let i = 0; i < 6; i++) await draw(file);
  // Those of one picture are 1.9 MB.
  expect(arrayBuffers() - before).toBeLessThan(2 * MB);
});

test("the constructors that libavif calls are everybody's again, after a damaged file too", async () => {
  const before = [Uint8ClampedArray, ArrayBuffer];
  await draw(small.avif);
  await expect(draw(small.avif.subarray(0, -20))).rejects.toMatchObject({ reason: "image_damaged" });
  expect([Uint8ClampedArray, ArrayBuffer]).toEqual(before);
  expect(new Uint8ClampedArray(3)).toHaveLength(3);
});

describe("engines", () => {
  test("of all kinds are kept while there is room for them", async () => {
    for (const file of [small.avif, small.jxl, utf8(svg("<g/>")), Buffer.from("P5 2 1 255\nab")]) await draw(file);
    expect(live()).toEqual(["libavif", "jxl-oxide", "resvg", "photon"]);
  });
  test("are dropped when a picture needs their place, all but its own", async () => {
    const whole = { left: 0, top: 0, width: 64, height: 64 };
    const view = { window: whole, bounds: whole, width: 64, height: 64 };
    const decode = (needs: number) => {
      const source = { ...readHeader(small.avif), mostPixels: 64 * 64 * (ISOLATE_BYTES / needs) };
      return decodeHeavy(small.avif, { decoder: "libavif", source, view, least: false }, () => undefined);
    };
    for (const file of [small.jxl, small.avif]) await draw(file);
    await decode(ISOLATE_BYTES / 2);
    expect(live()).toEqual(["jxl-oxide", "libavif"]);
    await decode(ISOLATE_BYTES);
    expect(live()).toEqual(["libavif"]);
  });
});

test("the largest picture of a kind needs the whole isolate, half of it the half", () => {
  const { libavif, resvg } = HEAVY_DECODERS;
  const source = readHeader(small.avif);
  const view = { window: { left: 0, top: 0, width: 1, height: 1 }, bounds: { left: 0, top: 0, width: 1, height: 1 } };
  const of = (mostPixels: number) => ({ source: { ...source, mostPixels }, view: { ...view, width: 9, height: 9 } });
  expect(libavif?.needs(of(64 * 64))).toBe(ISOLATE_BYTES);
  expect(libavif?.needs(of(2 * 64 * 64))).toBe(ISOLATE_BYTES / 2);
  expect(resvg?.needs({ ...of(1), view: { ...view, width: 4096, height: 2929 } })).toBe(44 * MB);
});
