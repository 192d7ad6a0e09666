import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Lease } from "../../../src/coordinate/lease.ts";
import { encodeJpeg } from "../../../src/image/formats/jpeg/encode.ts";
import { renderMiss } from "../../../src/rendition/renderMiss.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { finalAddressOf } from "../../../src/store/schema/finalAddress.ts";
import { hostHash, sourceKeys } from "../../../src/store/schema/key.ts";
import { NOW, originalOf } from "../../support/stored.ts";
import { picture, sourceIs, writtenLease } from "../../support/uncoordinated.workerd.ts";
import {
  configWith,
  freshSource,
  jpegOf,
  missOf,
  requestOf,
  type World,
  worldOf,
} from "../../support/world.workerd.ts";

/** A JPEG with much in it, so that half of its bytes are about half of its picture. */
async function noisyJpeg(width: number, height: number): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * 4);
  // A linear congruential generator (Numerical Recipes): the same noise each time.
  for (let i = 0, seed = 1; i < data.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = i % 4 === 3 ? 255 : seed >>> 24;
  }
  return encodeJpeg({ width, height, data, alpha: false }, 90);
}

afterEach(() => vi.restoreAllMocks());

const render = async (world: World, source: string, lease?: Lease) =>
  renderMiss(
    await missOf(requestOf(source), world, lease === undefined ? {} : { lease }),
    world.app,
    world.caller,
    world.job,
  );
const held = ({ app }: World) => app.state.sourceBytes(app.config).used;

describe("originals are kept of whole pictures only", () => {
  const keptOf = async (source: string) => env.R2_WEUR.head((await sourceKeys(source)).original);
  /** A file that ends in its middle; its Content-Length fits. */
  const half = async (height = 600) => {
    const whole = await noisyJpeg(800, height);
    return whole.subarray(0, whole.length / 2);
  };
  const pages = new TextEncoder().encode(`<!doctype html>${"<p>text</p>".repeat(1_000)}`);

  test.each([
    ["a web page", async () => pages, "not_an_image"],
    [
      "text that begins as a picture does",
      async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...pages),
      "image_damaged",
    ],
    ["nothing at all", async () => new Uint8Array(), "not_an_image"],
  ])("%s: nothing is stored", async (_, bytes, reason) => {
    sourceIs(async () => new Response((await bytes()) as Uint8Array<ArrayBuffer>));
    const [source, world, { lease, heard }] = [freshSource(), worldOf(), writtenLease()];
    await expect(render(world, source, lease)).rejects.toMatchObject({ reason });
    await world.settled();
    expect(await keptOf(source)).toBeNull();
    expect(heard).toEqual(["failed"]);
    expect(held(world)).toBe(0);
  });

  test("a picture whose file ends early: shown, and not kept", async () => {
    const bytes = await half();
    sourceIs(
      () => new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-length": String(bytes.length) } }),
    );
    const [source, world, { lease, heard }] = [freshSource(), worldOf(), writtenLease()];
    expect((await render(world, source, lease)).stored.meta.cut).toBe(true);
    await world.settled();
    expect(await keptOf(source)).toBeNull();
    expect(heard.sort()).toEqual(["stored", "unkept"]);
  });

  test("a size that cannot be made of a good picture: the source is free for other sizes at once", async () => {
    sourceIs(picture);
    const [source, world, { lease, heard }] = [freshSource(), worldOf(), writtenLease()];
    const request = requestOf(source, { width: 4097, height: 10, resize: "force", enlarge: true });
    const miss = await missOf(request, world, { lease });
    await expect(renderMiss(miss, world.app, world.caller, world.job)).rejects.toMatchObject({
      reason: "result_too_large",
    });
    await world.settled();
    expect(heard).toEqual(["released"]);
    expect((await render(world, source)).stored.meta.width).toBe(40);
  });

  test.each([
    ["cut", () => half()],
    ["damaged", async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...pages)],
  ])("a kept one that proves to be %s is deleted, and the source is asked", async (_, bytes) => {
    const asked = sourceIs(picture);
    const [source, world] = [freshSource(), worldOf()];
    await putOriginal(env.R2_WEUR, (await sourceKeys(source)).original, originalOf(await bytes(), { source }));
    const rendered = await render(
      world,
      source,
      new Lease({ ask: async () => ({ do: "render" }), report: async () => {} }, "t", "k"),
    );
    expect(rendered.stored.meta).toMatchObject({ cut: false, width: 40 });
    expect(asked).toHaveBeenCalledTimes(1);
    await world.settled();
    const kept = await env.R2_WEUR.get((await sourceKeys(source)).original);
    expect(kept === null || kept.size === (await jpegOf(80, 60)).length).toBe(true);
  });
});

describe("a kept original from before its host was marked stale", () => {
  const MARK = NOW + 1;
  test.each([
    ["the host asked for", "pictures.test", 1],
    ["the host that it came from", "b.test", 1],
    ["another host", "c.test", 0],
  ])("%s, %s, is marked: %i fetches", async (_, host, fetches) => {
    const asked = sourceIs(picture);
    const source = freshSource();
    const final = await finalAddressOf("https://b.test/1.jpg");
    await putOriginal(
      env.R2_WEUR,
      (await sourceKeys(source)).original,
      originalOf(await jpegOf(80, 60), { source, final }),
    );
    const staleEpochs = { [await hostHash(host)]: MARK };
    const config = { ...configWith({}), allowedSources: ["pictures.test", "b.test"], staleEpochs };
    const world = worldOf({ config });
    const lease = new Lease({ ask: async () => ({ do: "render" }), report: async () => {} }, "t", "k");
    expect((await render(world, source, lease)).stored.meta.width).toBe(40);
    expect(asked).toHaveBeenCalledTimes(fetches);
  });
});
