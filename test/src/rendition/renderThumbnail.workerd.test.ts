import { expect, test } from "vitest";
import type { Rendition } from "../../../src/image/rendition.ts";
import { toStored } from "../../../src/rendition/renderThumbnail.ts";
import { freshnessOf } from "../../../src/store/freshness.ts";
import { variantEtag } from "../../../src/store/key.ts";
import { NOW } from "../../support/stored.ts";

const RENDITION: Rendition = {
  bytes: new Uint8Array([1, 2, 3]),
  ...{ format: "webp", width: 320, height: 240, truncated: false },
  source: {
    ...{ format: "jpeg", width: 4000, height: 3000, orientation: 1, frames: 1 },
    ...{ alpha: false, progressive: false, colour: "ycc" },
  },
  stages: { decode: 0, resize: 0, encode: 0 },
};
const HOUR = 3_600_000;
const from = { source: "https://a.test/1.jpg", sourceHash: "00000001", storedAt: NOW - HOUR, freshUntil: NOW + HOUR };

test("toStored takes the picture's size and format, its source's version and times, and an ETag of its bytes", async () => {
  const etag = await variantEtag(RENDITION.bytes);
  expect(await toStored(RENDITION, from)).toEqual({
    bytes: RENDITION.bytes,
    meta: { ...from, etag, format: "webp", width: 320, height: 240 },
  });
});

test("made from a kept original after another region met a newer version, it is only for errors", async () => {
  const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
  const { meta } = await toStored(RENDITION, from);
  expect(freshnessOf(meta, NOW, windows, { sourceHash: "00000002", at: NOW - HOUR / 2 })).toBe("if-error");
  expect(freshnessOf(meta, NOW, windows, { sourceHash: "00000001", at: NOW - HOUR })).toBe("fresh");
});
