import { expect, test } from "vitest";
import { openFile } from "../../../src/image/readHeader.ts";
import type { Rendition } from "../../../src/image/rendition.ts";
import { render, renderInSlot, toStored } from "../../../src/rendition/renderThumbnail.ts";
import { freshnessOf } from "../../../src/store/freshness.ts";
import { variantEtag } from "../../../src/store/schema/key.ts";
import { knownOf, NOW, originalOf, provenanceOf } from "../../support/stored.ts";
import { freshSource, jpegOf, requestOf, worldOf } from "../../support/world.workerd.ts";

const RENDITION: Rendition = {
  bytes: new Uint8Array([1, 2, 3]),
  ...{ format: "webp", width: 320, height: 240, frames: 1, truncated: false },
  source: {
    ...{ format: "jpeg", width: 4000, height: 3000, orientation: 1, frames: 1 },
    ...{ alpha: false, progressive: false, colour: "ycc" },
  },
  stages: { decode: 0, resize: 0, encode: 0 },
};
const HOUR = 3_600_000;
const from = { ...provenanceOf({ sourceHash: "00000001", storedAt: NOW - HOUR, freshUntil: NOW + HOUR }), cut: false };

test("toStored takes the picture's size and format, its provenance, its maker, and an ETag of its bytes", async () => {
  const etag = await variantEtag(RENDITION.bytes);
  const { bytes, meta } = await toStored(RENDITION, from);
  expect(bytes).toBe(RENDITION.bytes);
  expect(meta).toEqual({
    ...from,
    ...{ etag, format: "webp", width: 320, height: 240, frames: 1, maker: meta.maker },
  });
  expect(meta.maker).toMatch(/^\d+-[a-z][a-z0-9]*\d$/);
});

test("rendered from a kept original after another region met newer bytes, it is only for errors", async () => {
  const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
  const { meta } = await toStored(RENDITION, from);
  expect(freshnessOf(meta, NOW, windows, knownOf("00000002", NOW - HOUR / 2))).toBe("if-error");
  expect(freshnessOf(meta, NOW, windows, knownOf("00000001", NOW - HOUR))).toBe("fresh");
});

test("between two renders, other work of the isolate has a turn: the first picture leaves before the last is made", async () => {
  const { app, caller, job } = worldOf();
  const opened = await openFile(await jpegOf(400, 300));
  const { transform } = requestOf(freshSource());
  let turns = 0;
  let isOver = false;
  const countTurns = () => {
    turns++;
    if (!isOver) setTimeout(countTurns, 0);
  };
  setTimeout(countTurns, 0);
  const turnsAt: number[] = [];
  const renderOne = async () => {
    await renderInSlot({ ...opened, transform, format: "webp" }, app, caller, job);
    turnsAt.push(turns);
  };
  await Promise.all([renderOne(), renderOne(), renderOne()]);
  isOver = true;
  expect(turnsAt).toHaveLength(3);
  expect(new Set(turnsAt).size).toBe(3);
});

const CENTRE = { kind: "compass", at: "ce", x: 0, y: 0 } as const;
test.each([
  ["a job's, whole", "job", { width: 300 }, ["colour", "dhash", "pdq", "thumbhash"]],
  ["a reader's, whole", "reader", { width: 300 }, ["colour", "thumbhash"]],
  ["a job's, under 256 px", "job", { width: 255 }, ["colour", "thumbhash"]],
  ["a job's, cut to its box", "job", { width: 300, height: 300, resize: "fill" }, null],
  ["a job's, of a crop", "job", { width: 300, crop: { width: 0.5, height: 0, gravity: CENTRE } }, null],
  ["a job's, turned", "job", { width: 300, rotate: 90 }, null],
  ["a job's, on an extended canvas", "job", { width: 300, height: 400, extend: CENTRE }, null],
] as const)("what is worked out from the pixels of a render: %s", async (_, audience, over, wanted) => {
  const { app, caller, job } = worldOf({ caller: { audience } });
  const source = freshSource();
  const bytes = await jpegOf(400, 300);
  const fetched = { kind: "bytes", ...originalOf(bytes, { source }), truncated: false, validators: null } as const;
  const { transform, accept } = requestOf(source, { ...{ height: 0 }, ...over });
  const { look } = await render(fetched, { transform, accept }, null, app, caller, job);
  expect(look === null ? null : Object.keys(look).sort()).toEqual(wanted);
});
