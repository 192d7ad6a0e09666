import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { readHandover } from "../../../src/rendition/handover.ts";
import { finalAddressOf } from "../../../src/store/schema/finalAddress.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { storedOf } from "../../support/stored.ts";
import { pause } from "../../support/uncoordinated.workerd.ts";
import { freshSource, missOf, requestOf, worldOf } from "../../support/world.workerd.ts";

const region = r2Tier(env.R2_WEUR, "region", "R2_WEUR");

/** A miss in the region, and the picture that would be its answer. */
async function missing() {
  const world = worldOf();
  const source = freshSource();
  const { store } = await missOf(requestOf(source), world);
  return { world, store, stored: storedOf({ source, final: await finalAddressOf(source) }) };
}

describe("what another request has left in the region", () => {
  test("is read at once where it lies there", async () => {
    const { world, store, stored } = await missing();
    await region.put(store.key, stored);
    const started = performance.now();
    expect(await readHandover(store, world.app, true)).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(100);
  });

  test.each([
    ["second", 5],
    ["third", 50],
  ])("is found at the %s look when it arrives %i ms after the first", async (_, ms) => {
    const { world, store, stored } = await missing();
    const reading = readHandover(store, world.app, true);
    await pause(ms);
    await region.put(store.key, stored);
    expect(await reading).not.toBeNull();
  });

  test("is not waited for when nobody has said that it comes", async () => {
    const { world, store, stored } = await missing();
    expect(await readHandover(store, world.app, false)).toBeNull();
    await region.put(store.key, stored);
    expect(await readHandover(store, world.app, false)).not.toBeNull();
  });

  test("is null where it does not arrive", async () => {
    const { world, store } = await missing();
    expect(await readHandover(store, world.app, true)).toBeNull();
  });
});
