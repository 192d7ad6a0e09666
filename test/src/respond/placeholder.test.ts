import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { toResponse } from "../../../src/respond/answer.ts";
import { failureAnswer } from "../../../src/respond/headers.ts";
import { wantsPicture, withPlaceholder } from "../../../src/respond/placeholder.ts";

const CHROME_IMG = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

describe("wantsPicture", () => {
  const rows = [
    ["<img> of Chrome", CHROME_IMG, true],
    ["<img> of Firefox", "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", true],
    ["<img> of Safari", "image/webp,image/avif,video/*;q=0.8,image/png,image/*;q=0.8,*/*;q=0.5", true],
    ["in capitals", "IMAGE/*", true],
    ["a navigation of Chrome", "text/html,application/xhtml+xml,image/avif,image/*,*/*;q=0.8", false],
    ["fetch()", "*/*", false],
    ["one type of image", "image/webp", false],
    ["refused", "image/*;q=0, */*", false],
    ["refused, in full", "image/*; q=0.000", false],
    ["hardly wanted", "image/*;q=0.001", true],
    ["html refused", "image/*, text/html;q=0", true],
    ["nothing", "", false],
    ["none", null, false],
  ] as const satisfies readonly (readonly [string, string | null, boolean])[];
  it.each(rows)("%s", (_, accept, expected) => {
    expect(wantsPicture(accept)).toBe(expected);
  });
});

describe("withPlaceholder", () => {
  const failed = failureAnswer(new Failure("queue_full", { retryAfter: 2 }), 0);

  it("off: the answer as it was", () => {
    expect(withPlaceholder(failed, "off", CHROME_IMG)).toBe(failed);
  });

  it.each(["transparent", "svg"] as const)("%s: JSON for all others, which then varies by Accept", async (kind) => {
    const response = toResponse(withPlaceholder(failed, kind, "*/*"));
    expect(response.headers.get("vary")).toBe("Accept");
    expect(await response.json()).toMatchObject({ code: "queue_full" });
  });

  const pictures = [
    ["transparent", "image/gif", "1x1"],
    ["svg", "image/svg+xml", "400x300"],
  ] as const;
  it.each(pictures)("%s: a picture with the status and the headers of the error", async (kind, type, size) => {
    const response = toResponse(withPlaceholder(failed, kind, CHROME_IMG));
    const body = Buffer.from(await response.arrayBuffer());
    const { width, height } = await sharp(body).metadata();
    expect([response.status, response.headers.get("content-type"), `${width}x${height}`]).toEqual([503, type, size]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-length": String(body.length),
      "retry-after": "2",
      vary: "Accept",
      "x-content-type-options": "nosniff",
    });
  });

  it("transparent: nothing is to be seen", async () => {
    const { body } = withPlaceholder(failed, "transparent", CHROME_IMG);
    const pixels = await sharp(body as Uint8Array)
      .raw()
      .toBuffer();
    expect([...pixels]).toEqual([0, 0, 0, 0]);
  });
});
