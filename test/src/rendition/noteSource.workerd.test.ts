import { describe, expect, test } from "vitest";
import { noteSource } from "../../../src/rendition/noteSource.ts";
import type { ImageRequest } from "../../../src/request/imageRequest.ts";
import { namesOf } from "../../../src/store/renditionStore.ts";
import { newTrace } from "../../../src/telemetry.ts";
import { requestOf } from "../../support/world.workerd.ts";

const noted = async (request: ImageRequest) => {
  const trace = newTrace("reader", "weur", "MAD");
  const names = await namesOf(request);
  // The same hash for every source of the test, sampled or not.
  const source32 = sampled ? "00112233445566778899aabbccddeeff" : "01112233445566778899aabbccddeeff";
  noteSource(trace, { ...names, keys: { ...names.keys, source32 } }, request);
  return trace;
};
let sampled = true;

describe("of a sampled source", () => {
  const source = "https://pictures.test/a.jpg";
  test("the trace has the hash and what was asked for", async () => {
    sampled = true;
    const { sourceHost, source: hash, variant } = await noted(requestOf(source, { width: 320, height: 200 }));
    expect([sourceHost, hash]).toEqual(["pictures.test", "0011223344556677"]);
    expect(variant).toMatch(/^h:200\/w:320\/f:webp#[0-9a-f]{8}$/);
  });
  test("equal pictures have equal text, others do not; a cachebuster is in the digits only", async () => {
    const plain = requestOf(source);
    const [one, same, wider, busted] = await Promise.all([
      noted(plain),
      noted({ ...requestOf(source), delivery: { filename: "x", attachment: true } }),
      noted(requestOf(source, { width: 41 })),
      noted({ ...plain, cachebuster: "a reader's name" }),
    ]);
    expect(same?.variant).toBe(one?.variant);
    expect(new Set([one, wider, busted].map((trace) => trace?.variant)).size).toBe(3);
    expect(busted?.variant.split("#")[0]).toBe(one?.variant.split("#")[0]);
  });
  test("long options are cut, and the digits stay", async () => {
    const many = { width: 1234, height: 1234, quality: 61, sharpen: 1.5, blur: 2.5, dpr: 2, enlarge: true } as object;
    const { variant } = await noted(requestOf(source, many));
    expect(variant).toMatch(/^.{1,64}#[0-9a-f]{8}$/);
  });
});

test("the watermark's address is the deployment's, and may hold a secret: it is not noted", async () => {
  sampled = true;
  const mark = { opacity: 1, at: "ce", x: 0, y: 0, scale: 0, url: "https://a.b/w.png?secret=7" } as const;
  const other = { ...mark, url: "https://a.b/v.png" };
  const [one, two] = await Promise.all(
    [mark, other].map((watermark) => noted(requestOf("https://pictures.test/a.jpg", { watermark } as object))),
  );
  expect(one?.variant).toMatch(/wm:1_ce/);
  expect(one?.variant).not.toMatch(/a\.b|w\.png|secret/);
  expect(one?.variant).not.toBe(two?.variant);
});

test("the name of the signing key, and none where nobody has signed", async () => {
  const request = requestOf("https://pictures.test/a.jpg");
  expect((await noted({ ...request, signer: { name: "shop", limit: "strict" } })).signer).toBe("shop");
  expect((await noted(request)).signer).toBe("");
});

test("of another source only the host", async () => {
  sampled = false;
  expect(await noted(requestOf("https://pictures.test/a.jpg"))).toMatchObject({
    ...{ sourceHost: "pictures.test", source: "", variant: "" },
  });
});
