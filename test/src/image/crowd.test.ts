import sharp from "sharp";
import { expect, test } from "vitest";
import { Priority } from "../../../src/concurrency/priority.ts";
import { createSemaphore } from "../../../src/concurrency/semaphore.ts";
import { engineMemory, KEPT_BYTES, takePeakMemory } from "../../../src/image/engines.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { orderOf } from "./orders.ts";

/** Megapixels of each picture: 20 in the long run, as a page of camera originals would be. */
const SIDES = process.env.FIRSTLIGHT_LONG === "1" ? ([5400, 3700] as const) : ([2100, 1400] as const);
const CROWD = 40;

test(`${CROWD} pictures of ${((SIDES[0] * SIDES[1]) / 1e6).toFixed(0)} MP at once: none is lost, memory stays bounded`, async () => {
  const [width, height] = SIDES;
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  const soft = await sharp({ create: { width: 600, height: 400, channels: 3, background: "grey", noise } })
    .png()
    .toBuffer();
  const files = await Promise.all(
    [false, true].map((progressive) =>
      sharp(soft).resize(width, height, { fit: "fill" }).jpeg({ progressive }).toBuffer(),
    ),
  );
  const gate = createSemaphore({ capacity: 1, maxWaiting: 128, waitMs: 60_000 });
  takePeakMemory();
  const results = await Promise.all(
    Array.from({ length: CROWD }, (_, i) =>
      gate.run(1, new Priority(i % 4 === 0 ? "warm" : "user"), () =>
        renderImage(orderOf(files[i % 2] ?? new Uint8Array(), { width: 320, height: 320 }, "webp")),
      ),
    ),
  );
  expect(results.map((result) => result.width)).toEqual(new Array(CROWD).fill(320));
  for (const [i, { bytes }] of results.entries()) expect(bytes).toEqual(results[i % 2]?.bytes);
  const kept = Object.values(engineMemory()).reduce((sum, bytes) => sum + bytes, 0);
  expect(kept).toBeLessThanOrEqual(KEPT_BYTES);
  expect(takePeakMemory()).toBeLessThanOrEqual(48 * 1024 * 1024);
}, 120_000);
