/** Where a picture was taken, in EXIF that sharp wrote, and in EXIF that makes no sense. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readLocation } from "../../../../src/image/metadata/location.ts";

type Gps = Readonly<Record<string, string>>;

async function exifWith(gps: Gps): Promise<Uint8Array> {
  const create = { width: 8, height: 8, channels: 3, background: "#888" } as const;
  const file = await sharp({ create })
    .jpeg()
    .withExif({ IFD0: { Make: "Canon" }, IFD3: gps })
    .toBuffer();
  const { exif } = await sharp(file).metadata();
  // "Exif\0\0" stands before the TIFF.
  return new Uint8Array(exif ?? []).subarray(6);
}

const LONDON = {
  ...{ GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 2672/100" },
  ...{ GPSLongitudeRef: "W", GPSLongitude: "0/1 7/1 3948/100" },
};

describe("readLocation", () => {
  test.each<[string, Gps, readonly [number, number] | null]>([
    ["north and west", LONDON, [51.507422, -0.127633]],
    ["south and east", { ...LONDON, GPSLatitudeRef: "S", GPSLongitudeRef: "E" }, [-51.507422, 0.127633]],
    ["seconds that are not known", { ...LONDON, GPSLatitude: "51/1 30/1 0/0" }, [51.5, -0.127633]],
    ["a letter that is none", { ...LONDON, GPSLatitudeRef: "X" }, null],
    ["no longitude", { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1" }, null],
    ["over the pole", { ...LONDON, GPSLatitude: "91/1 0/1 0/1" }, null],
    ["zeroes of a camera without a fix", { ...LONDON, GPSLatitude: "0/1 0/1 0/1", GPSLongitude: "0/1 0/1 0/1" }, null],
    ["nothing", {}, null],
  ])("%s", async (_, gps, expected) => {
    expect(readLocation(await exifWith(gps))).toEqual(expected);
  });

  test("bytes that are no TIFF", () => {
    expect(readLocation(new Uint8Array(40))).toBeNull();
    expect(readLocation(new Uint8Array())).toBeNull();
  });
});
