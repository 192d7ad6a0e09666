/** What damaged files of every format come to; the formats whose mutations are the same ones share it. */
import { expect, test } from "vitest";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { orderOf } from "../orders.ts";
import { MUTATIONS, outcomeOf } from "./bmp/mutations.ts";
import { seeded } from "./jpeg/decoder/random.ts";

const FILES = process.env.FIRSTLIGHT_LONG === "1" ? 20_000 : 400;

/**
 * The tests of damage: enough pictures come of the mutated files, and a good file after them is made as before.
 * @param good undamaged files
 * @param head their headers are within so many bytes
 * @param sample which of them is the good file after the damaged ones
 */
export function testDamage(good: readonly Uint8Array[], head: number, sample: number): void {
  const names = Object.keys(MUTATIONS);
  test.each(Object.entries(MUTATIONS))("%s", { timeout: 300_000 }, async (name, mutate) => {
    const random = seeded(100 + names.indexOf(name));
    const counts = { picture: 0, cut: 0, refused: 0 };
    const files = Math.ceil(FILES / names.length);
    for (let i = 0; i < files; i++) counts[await outcomeOf(mutate(random.pick(good), random, head))]++;
    // A test in which all files were refused would show nothing.
    expect(counts.picture + counts.cut).toBeGreaterThan(files / 5);
  });
  test("a good file after them gives the same bytes", async () => {
    const order = orderOf(good[sample] ?? new Uint8Array(), { width: 20, height: 20 }, "webp");
    const before = (await renderImage(order)).bytes;
    const random = seeded(7);
    for (const mutate of Object.values(MUTATIONS)) await outcomeOf(mutate(random.pick(good), random, head));
    expect((await renderImage(order)).bytes).toEqual(before);
  });
}
