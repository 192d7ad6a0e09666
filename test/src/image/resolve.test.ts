/** `trim` and `sm` look at a source before its result is planned. Where they can, the result is made of what they saw. */
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { planRender } from "../../../src/image/plan.ts";
import { openFile } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { MOST_SEEN, pictureOf, resolve } from "../../../src/image/resolve.ts";
import { type See, seeing } from "../../../src/image/see.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";
import { LIMITS, orderOf } from "./orders.ts";

const clock = { lap: () => undefined };
/** Grey, with a red disc, in a white frame. */
let photo: Uint8Array;
let turned: Uint8Array;
beforeAll(async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240"><rect width="640" height="240" fill="#fff"/><rect x="20" y="20" width="600" height="200" fill="#777"/><circle cx="500" cy="120" r="60" fill="#d33"/></svg>';
  photo = await sharp(Buffer.from(svg)).png().toBuffer();
  turned = await sharp(photo).rotate(270).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
});

const transformOf = (options: string) =>
  splitOptions(options.split("/").reduce((before, segment) => applyOption(before, segment), DEFAULTS)).transform;

/** How often the source is decoded for a look, and whether the result needs another decode. */
async function looksOf(bytes: Uint8Array, options: string, keeps = true, mostSeen = MOST_SEEN) {
  const { source, bytes: file } = await openFile(bytes);
  let looks = 0;
  const see = seeing(file, source, clock);
  const counted: See = (plan) => {
    looks++;
    return see(plan);
  };
  const look = { transform: transformOf(options), limits: LIMITS, fileBytes: file.length, mostSeen };
  const resolved = await resolve(source, look, counted, keeps);
  const { transform, area } = resolved;
  const plan = planRender(source, { transform, area, format: "png", limits: LIMITS, fileBytes: file.length });
  const ready = await pictureOf(source, resolved, plan);
  return { looks, again: ready === null, transform, ready, plan };
}

describe("decodes for a result", () => {
  test.each<[options: string, looks: number, again: boolean]>([
    ["w:200", 0, true],
    // One decode: the result is cut out of the uncut picture, or made of the one that was trimmed.
    ["rs:fill:100:100/g:sm", 1, false],
    ["rs:fill:100:100/g:sm/c:300:200:nowe", 1, false],
    ["t:10/w:200", 1, false],
    ["t:10/rs:fill:100:100/g:sm", 1, false],
    ["t:10/c:200:100:sm", 1, false],
    // Nothing is cut, so no look is needed.
    ["w:200/g:sm", 0, true],
    // A crop is cut in pixels of the source: it looks at a small copy first.
    ["c:200:100:sm", 1, true],
    ["c:300:200:sm/rs:fill:50:100/g:sm", 2, false],
  ])("%s: %d looks, another decode %s", async (options, looks, again) => {
    for (const bytes of [photo, turned]) {
      const seen = await looksOf(bytes, options);
      expect([seen.looks, seen.again]).toEqual([looks, again]);
      expect([seen.transform.gravity.kind, seen.transform.crop?.gravity?.kind]).not.toContain("smart");
    }
  });
  test("of a reduced copy only what is much smaller is made", async () => {
    const most = 320 * 120;
    expect(await looksOf(photo, "t:10/w:100", true, most)).toMatchObject({ looks: 1, again: false });
    expect(await looksOf(photo, "t:10/w:400", true, most)).toMatchObject({ looks: 1, again: true });
  });
  test("where the pixels stay elsewhere, every look is a decode, and so is the result", async () => {
    expect(await looksOf(photo, "t:10/rs:fill:100:100/g:sm", false)).toMatchObject({ looks: 2, again: true });
  });
});

test.each(["rs:fill:100:100/g:sm", "rs:fill:90:120/g:sm/rot:90", "rs:fill:80:80:0/g:sm/c:0.9:0.9:no"])(
  "%s is pixel for pixel what the point that was found gives",
  async (options) => {
    for (const bytes of [photo, turned]) {
      const { transform } = await looksOf(bytes, options);
      const once = await renderImage(orderOf(bytes, transformOf(options), "png"));
      const direct = await renderImage(orderOf(bytes, transform, "png"));
      expect(once.bytes).toEqual(direct.bytes);
    }
  },
);

test("a trimmed picture is what a crop to the same place gives", async () => {
  const once = await renderImage(orderOf(photo, transformOf("t:10/w:150"), "png"));
  const crop = await renderImage(orderOf(photo, transformOf("c:600:200:nowe:20:20/w:150"), "png"));
  expect(once.bytes).toEqual(crop.bytes);
});
