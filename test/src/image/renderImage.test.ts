import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import type { RenderOrder } from "../../../src/image/rendition.ts";
import { orderOf, renderInTurn } from "./orders.ts";
import { BLUE, cornersOf, GREEN, near, quarters, RED, WHITE } from "./quarters.ts";

describe("renderImage", () => {
  const sources = {
    "baseline JPEG": () => quarters().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(),
    "progressive JPEG": () => quarters().jpeg({ quality: 95, progressive: true }).toBuffer(),
    PNG: () => quarters().png().toBuffer(),
    "interlaced PNG": () => quarters().png({ progressive: true }).toBuffer(),
    "palette PNG": () => quarters().png({ palette: true }).toBuffer(),
    "lossy WebP": () => quarters().webp({ quality: 95 }).toBuffer(),
    "lossless WebP": () => quarters().webp({ lossless: true }).toBuffer(),
    GIF: () => quarters().gif().toBuffer(),
    TIFF: () => quarters().tiff({ compression: "lzw" }).toBuffer(),
  } satisfies Record<string, () => Promise<Buffer>>;

  for (const [name, make] of Object.entries(sources)) {
    for (const format of ["webp", "jpeg", "png"] as const satisfies OutputFormat[]) {
      test(`${name} -> ${format}: size and colours`, async () => {
        const result = await renderImage(orderOf(await make(), { width: 100, height: 100 }, format));
        expect([result.width, result.height, result.format]).toEqual([100, 75, format]);
        const meta = await sharp(result.bytes).metadata();
        expect([meta.width, meta.height, meta.format]).toEqual([100, 75, format]);
        const corners = await cornersOf(result.bytes);
        expect(corners.map((corner, i) => near(corner, [RED, GREEN, BLUE, WHITE][i] ?? [], 6))).toEqual([
          true,
          true,
          true,
          true,
        ]);
      });
    }
  }

  test.each([
    [1, [RED, GREEN, BLUE, WHITE]],
    [2, [GREEN, RED, WHITE, BLUE]],
    [3, [WHITE, BLUE, GREEN, RED]],
    [4, [BLUE, WHITE, RED, GREEN]],
    [5, [RED, BLUE, GREEN, WHITE]],
    [6, [BLUE, RED, WHITE, GREEN]],
    [7, [WHITE, GREEN, BLUE, RED]],
    [8, [GREEN, WHITE, RED, BLUE]],
  ] as const)("EXIF orientation %i is applied", async (orientation, wanted) => {
    const source = await quarters().jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
    const result = await renderImage(orderOf(source, { width: 80, height: 80 }, "png"));
    expect([result.width, result.height]).toEqual(orientation >= 5 ? [60, 80] : [80, 60]);
    const corners = await cornersOf(result.bytes);
    expect(corners.every((corner, i) => near(corner, wanted[i] ?? [], 8))).toBe(true);
  });

  test("alpha is kept in WebP and PNG, and flattened on white in JPEG and on the background asked for", async () => {
    const source = await quarters(4).png().toBuffer();
    const fit = { width: 100, height: 100 };
    const corner = async (order: RenderOrder) => (await cornersOf((await renderImage(order)).bytes))[3] ?? [];
    expect((await corner(orderOf(source, fit, "webp")))[3]).toBe(0);
    expect((await corner(orderOf(source, fit, "png")))[3]).toBe(0);
    expect(near(await corner(orderOf(source, fit, "jpeg")), WHITE, 3)).toBe(true);
    const green = orderOf(source, { ...fit, background: [0, 128, 0] }, "png");
    expect(near(await corner(green), [0, 128, 0, 255], 1)).toBe(true);
  });

  test("metadata never comes out", async () => {
    const exif = { IFD0: { Copyright: "someone", ImageDescription: "a secret place" } };
    const source = await quarters().withExif(exif).withIccProfile("srgb").jpeg().toBuffer();
    for (const format of ["webp", "jpeg", "png"] as const) {
      const { bytes } = await renderImage(orderOf(source, { width: 50, height: 50 }, format));
      const meta = await sharp(bytes).metadata();
      expect([meta.exif, meta.icc, meta.xmp, meta.iptc]).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  test("a header that the caller has read already is not read again", async () => {
    const order = orderOf(await quarters().jpeg().toBuffer(), { width: 50, height: 50 }, "webp");
    const source = readHeader(order.bytes);
    expect((await renderImage({ ...order, source })).bytes).toEqual((await renderImage(order)).bytes);
    const wide = await renderImage({ ...order, source: { ...source, orientation: 6 } });
    expect([wide.width, wide.height]).toEqual([38, 50]);
  });

  describe("whose fault it is", () => {
    test("an encoder that gives up is ours, and the next picture is made", async () => {
      const good = orderOf(await quarters().jpeg().toBuffer(), { width: 50, height: 50 }, "webp");
      const before = (await renderImage(good)).bytes;
      // A side of a WebP has 14 bits. The usual limits are far below it.
      const wide = await sharp({ create: { width: 16_384, height: 1, channels: 3, background: "red" } })
        .png()
        .toBuffer();
      const order = orderOf(wide, { width: 16_384, height: 1 }, "webp");
      const refused = renderImage({ ...order, limits: { ...order.limits, maxResultSide: 20_000 } });
      await expect(refused).rejects.toMatchObject({ reason: "internal", detail: expect.stringContaining("engine") });
      expect((await renderImage(good)).bytes).toEqual(before);
    });

    test("a decoder's trap is the source's, and engines start anew", async () => {
      const file = new Uint8Array(await quarters().jpeg().toBuffer());
      const good = orderOf(file, { width: 50, height: 50 }, "webp");
      const before = (await renderImage(good)).bytes;
      // Without quantisation tables: our decoder leaves it to libjpeg-turbo, which calls longjmp.
      const damaged = { ...good, bytes: file.map((byte, i) => (byte === 0xdb && file[i - 1] === 0xff ? 0xfe : byte)) };
      await expect(renderImage(damaged)).rejects.toMatchObject({ reason: "image_damaged" });
      expect((await renderImage(good)).bytes).toEqual(before);
    });
  });

  test("what is not a picture is a Failure, and a good picture right after is made as before", async () => {
    const good = orderOf(await quarters().jpeg().toBuffer(), { width: 50, height: 50 }, "webp");
    const before = (await renderImage(good)).bytes;
    const bad = orderOf(new TextEncoder().encode("<html>"), { width: 50, height: 50 }, "webp");
    await expect(renderImage(bad)).rejects.toThrow(Failure);
    expect((await renderImage(good)).bytes).toEqual(before);
  });

  test("twenty pictures that wait for the render slot are the same as twenty one after the other", async () => {
    const orders = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const source = await (i % 2 === 0 ? quarters().png() : quarters().jpeg()).toBuffer();
        return orderOf(source, { width: 40 + i, height: 400 }, "webp");
      }),
    );
    const together = await Promise.all(orders.map(renderInTurn));
    expect(together.map(({ width }) => width)).toEqual(Array.from({ length: 20 }, (_, i) => 40 + i));
    for (const [i, order] of orders.entries()) {
      expect((await renderImage(order)).bytes).toEqual(together[i]?.bytes);
    }
  });
});
