import { expect, test } from "vitest";
import { renderWithPhoton } from "../../../bench/engine/baseline.ts";
import { sniff } from "../../../src/image/sniff.ts";
import { orderOf } from "../../src/image/orders.ts";
import { BLUE, cornersOf, GREEN, near, quarters, RED, WHITE } from "../../src/image/quarters.ts";

test("the baseline gives the same size, orientation and colours as the engine, in every format", async () => {
  const jpeg = await quarters().jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
  for (const format of ["webp", "jpeg", "png"] as const) {
    const order = orderOf(jpeg, { width: 100, height: 100 }, format);
    const result = await renderWithPhoton(order);
    expect([result.width, result.height, result.format]).toEqual([75, 100, format]);
    // The label must be the true format.
    expect(sniff(result.bytes)).toBe(format);
    const corners = await cornersOf(result.bytes);
    expect(corners.every((corner, i) => near(corner, [BLUE, RED, WHITE, GREEN][i] ?? [], 8))).toBe(true);
  }
});

test("the baseline: a trap on a cut file is a Failure, and the next picture is made", async () => {
  const jpeg = await quarters().jpeg().toBuffer();
  const good = orderOf(jpeg, { width: 50, height: 50 }, "jpeg");
  const before = (await renderWithPhoton(good)).bytes;
  const cut = { ...good, bytes: good.bytes.subarray(0, good.bytes.length / 2) };
  await expect(renderWithPhoton(cut)).rejects.toMatchObject({ reason: "image_damaged" });
  expect((await renderWithPhoton(good)).bytes).toEqual(before);
});
