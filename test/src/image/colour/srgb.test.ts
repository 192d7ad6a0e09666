import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readProfile } from "../../../../src/image/colour/icc/profile.ts";
import { toSrgb } from "../../../../src/image/colour/srgb.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { orderOf } from "../orders.ts";

const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const text = (value: string) => [...value].map((c) => c.charCodeAt(0));
const fixed = (value: number) => u32(Math.round(value * 65536) >>> 0);
const xyz = (x: number, y: number, z: number) => [...text("XYZ "), 0, 0, 0, 0, ...fixed(x), ...fixed(y), ...fixed(z)];
const gamma = (value: number) => [
  ...text("curv"),
  0,
  0,
  0,
  0,
  ...u32(1),
  Math.floor(value),
  Math.round((value % 1) * 256),
];
const parametric = (type: number, ...p: number[]) => [...text("para"), 0, 0, 0, 0, 0, type, 0, 0, ...p.flatMap(fixed)];
/** sRGB's own curve as function type 3. */
const SRGB_CURVE = parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);

/** A profile of the tags given (ICC.1 7.2 and 7.3): only what a reader looks at is filled in. */
function profile(space: string, tags: Record<string, number[]>, pcs = "XYZ "): Uint8Array {
  const header = new Uint8Array(128);
  header.set(text(space), 16);
  header.set(text(pcs), 20);
  header.set(text("acsp"), 36);
  let offset = 132 + 12 * Object.keys(tags).length;
  const table: number[] = [];
  const bodies: number[] = [];
  for (const [name, body] of Object.entries(tags)) {
    table.push(...text(name), ...u32(offset), ...u32(body.length));
    bodies.push(...body);
    offset += body.length;
  }
  return Uint8Array.from([...header, ...u32(Object.keys(tags).length), ...table, ...bodies]);
}

const PRIMARIES = {
  srgb: {
    rXYZ: xyz(0.43607, 0.22249, 0.01392),
    gXYZ: xyz(0.38515, 0.71687, 0.09708),
    bXYZ: xyz(0.14307, 0.06061, 0.7141),
  },
  p3: {
    rXYZ: xyz(0.51512, 0.2412, -0.00105),
    gXYZ: xyz(0.29198, 0.69225, 0.04189),
    bXYZ: xyz(0.1571, 0.06657, 0.78407),
  },
};
const curves = (curve: number[]) => ({ rTRC: curve, gTRC: curve, bTRC: curve });

function converted(bytes: Uint8Array, rgb: readonly number[]): number[] | null {
  const read = readProfile(bytes);
  if (read === null) throw new Error("the profile was not read");
  const convert = toSrgb(read);
  if (convert === null) return null;
  const data = Uint8Array.from([...rgb, 255]);
  convert(data);
  return [...data.subarray(0, 3)];
}

describe("profiles of matrices and curves", () => {
  test("sRGB by any name needs no conversion", () => {
    expect(converted(profile("RGB ", { ...PRIMARIES.srgb, ...curves(SRGB_CURVE) }), [1, 2, 3])).toBeNull();
  });

  test("Display P3: the known values", () => {
    const p3 = profile("RGB ", { ...PRIMARIES.p3, ...curves(SRGB_CURVE) });
    const near = (rgb: number[], wanted: number[]) =>
      converted(p3, rgb)?.every((value, i) => Math.abs(value - (wanted[i] ?? 0)) <= 2);
    expect(near([200, 100, 50], [215, 93, 31])).toBe(true);
    expect(near([255, 255, 255], [255, 255, 255])).toBe(true);
    expect(near([128, 128, 128], [128, 128, 128])).toBe(true);
    expect(near([255, 0, 0], [255, 0, 0])).toBe(true);
  });

  test("a gamma of 1.8 and one of 2.2 make grey darker or nearly nothing", () => {
    const of = (value: number) => converted(profile("GRAY", { kTRC: gamma(value) }), [128, 128, 128]);
    expect(of(1.8)?.[0]).toBeGreaterThan(140);
    expect(of(1)?.[0]).toBe(188);
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a header alone", profile("RGB ", {}).subarray(0, 128)],
    ["no curves", profile("RGB ", PRIMARIES.srgb)],
    ["tables only", profile("RGB ", { A2B0: [0, 0, 0, 0] }, "Lab ")],
    ["another space", profile("CMYK", { kTRC: gamma(1) })],
    ["a curve longer than the profile", profile("GRAY", { kTRC: [...text("curv"), 0, 0, 0, 0, ...u32(1e9)] })],
    ["a function of an unknown type", profile("GRAY", { kTRC: parametric(9, 1) })],
  ])("%s is not read", (_, bytes) => expect(readProfile(bytes)).toBeNull());

  test("a profile that is cut or has changed bytes never throws", () => {
    const good = profile("RGB ", { ...PRIMARIES.p3, ...curves(SRGB_CURVE) });
    for (let i = 0; i < good.length; i++) {
      const changed = good.slice();
      changed[i] = (changed[i] ?? 0) ^ 0xff;
      for (const candidate of [changed, good.subarray(0, i)]) {
        const read = readProfile(candidate);
        if (read !== null) toSrgb(read)?.(new Uint8Array(64));
      }
    }
  });
});

describe("pictures with a profile", () => {
  test.each(["jpeg", "png", "webp"] as const)("%s in Display P3 looks as sharp shows it", async (format) => {
    const make = sharp({ create: { width: 60, height: 40, channels: 3, background: { r: 200, g: 90, b: 60 } } });
    const options = format === "jpeg" ? { quality: 100 } : format === "webp" ? { lossless: true } : {};
    const file = await make.withIccProfile("p3").toFormat(format, options).toBuffer();
    const { bytes } = await renderImage(orderOf(file, {}, "png"));
    const [ours, theirs] = await Promise.all(
      [bytes, file].map((from) => sharp(from).toColourspace("srgb").removeAlpha().raw().toBuffer()),
    );
    const worst = Math.max(...[...(ours ?? [])].map((value, i) => Math.abs(value - (theirs?.[i] ?? 0))));
    expect(worst).toBeLessThanOrEqual(3);
  });
});
