/** Moving pictures on their way through the stores: two keys, what is derived from what, and how many frames. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { startAnimation } from "../../../src/image/formats/webp/animation/encode.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { derive } from "../../../src/rendition/derive.ts";
import { renderMiss } from "../../../src/rendition/renderMiss.ts";
import type { Transform } from "../../../src/request/transform.ts";
import type { Stored } from "../../../src/store/tiers/tier.ts";
import { sourceIs } from "../../support/uncoordinated.workerd.ts";
import { CONFIG, freshSource, missOf, requestOf, worldOf } from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

/** An animated WebP of 400x300 with a square that moves. */
async function animation(frames: number): Promise<Uint8Array> {
  const [width, height] = [400, 300];
  const encoder = startAnimation({ width, height, plays: 3, quality: 75, effort: 4 });
  for (let i = 0; i < frames; i++) {
    const data = new Uint8Array(4 * width * height).fill(255);
    for (let y = 100; y < 140; y++) data.fill(40 + i, 4 * (y * width + 40 * i), 4 * (y * width + 40 * i + 40));
    for (let at = 3; at < data.length; at += 4) data[at] = 255;
    await encoder.add({ width, height, data, alpha: false }, 50 + i);
  }
  return encoder.finish();
}

const moving = (width: number, maxFrames = 100): Partial<Transform> => ({ width, height: width, maxFrames });

async function made(source: string, over: Partial<Transform>, config = CONFIG): Promise<Stored> {
  const world = worldOf({ config });
  const { stored } = await renderMiss(await missOf(requestOf(source, over), world), world.app, world.caller, world.job);
  await world.settled();
  return stored;
}

async function derived(source: string, over: Partial<Transform>): Promise<Stored | null> {
  const world = worldOf();
  return derive(await missOf(requestOf(source, over), world), world.app, world.caller, world.job);
}

const sourceOf = async (frames: number) => {
  const bytes = await animation(frames);
  return sourceIs(() => new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "cache-control": "max-age=60" } }));
};

describe("two keys", () => {
  test("still and moving, and as many as there are limits", async () => {
    const source = freshSource();
    const keyOf = async (maxFrames: number | null) =>
      (await missOf(requestOf(source, { ...moving(200), maxFrames }), worldOf())).store.key;
    expect(await keyOf(1)).toBe(await keyOf(null));
    expect(new Set([await keyOf(1), await keyOf(2), await keyOf(100)]).size).toBe(3);
  });

  test("the source decides whether it moves; the first frames of a longer one say so", async () => {
    await sourceOf(5);
    const [all, some, still] = [
      await made(freshSource(), moving(200)),
      await made(freshSource(), moving(200, 3)),
      await made(freshSource(), moving(200, 1)),
    ];
    expect([all, some, still].map(({ bytes }) => readHeader(bytes).frames)).toEqual([5, 3, 1]);
    expect([all, some, still].map(({ meta }) => [meta.frames, meta.sourceFrames])).toEqual([
      [5, undefined],
      [3, 5],
      [1, undefined],
    ]);
    expect(readHeader(all.bytes).animation).toEqual({ durationMs: 260, plays: 3 });
  });

  test("a limit of pixels makes it shorter", async () => {
    await sourceOf(5);
    const { meta } = await made(freshSource(), moving(200), { ...CONFIG, maxAnimationPixels: 4 * 200 * 150 });
    expect([meta.frames, meta.sourceFrames]).toEqual([4, 5]);
    const still = await made(freshSource(), moving(200), { ...CONFIG, maxAnimationPixels: 1 });
    expect([still.meta.frames, still.meta.sourceFrames, readHeader(still.bytes).frames]).toEqual([1, 5, 1]);
  });
});

describe("deriving", () => {
  test("a smaller size of a moving picture moves, with its delays; a still of it is possible", async () => {
    const asked = await sourceOf(5);
    const source = freshSource();
    await made(source, moving(200));
    const small = await derived(source, moving(40));
    expect([small?.meta.width, small?.meta.frames]).toEqual([40, 5]);
    expect(readHeader(small?.bytes ?? new Uint8Array())).toMatchObject({
      frames: 5,
      animation: { durationMs: 260, plays: 3 },
    });
    const still = await derived(source, moving(40, 1));
    expect([still?.meta.width, still?.meta.frames]).toEqual([40, 1]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("a still is never the parent of a moving picture", async () => {
    await sourceOf(5);
    const source = freshSource();
    await made(source, moving(200, 1));
    expect(await derived(source, moving(40))).toBeNull();
    expect((await derived(source, moving(40, 1)))?.meta.frames).toBe(1);
    expect((await made(source, moving(40))).meta.frames).toBe(5);
  });

  test("the first frames of a longer one are the parent only of as many", async () => {
    await sourceOf(5);
    const source = freshSource();
    await made(source, moving(200, 3));
    expect(await derived(source, moving(40, 4))).toBeNull();
    const small = await derived(source, moving(40, 3));
    expect([small?.meta.frames, small?.meta.sourceFrames]).toEqual([3, 5]);
  });

  test("a picture that does not move is the parent of both", async () => {
    await sourceOf(1);
    const source = freshSource();
    await made(source, moving(200, 1));
    expect((await derived(source, moving(40)))?.meta.frames).toBe(1);
  });
});
