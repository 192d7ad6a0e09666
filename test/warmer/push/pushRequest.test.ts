import { expect, test } from "vitest";
import { PushRequestBuilder } from "../../../warmer/push/pushRequest.ts";

const OPTIONS = { region: "weur", secret: null, deadlineMs: 800 };

test("the body is the JSON of the protocol; paths are taken as they are written in a JSON string", () => {
  const push = new PushRequestBuilder(OPTIONS, "avif").build(["/a", '/b\\"c'], 1_763_760_000_999);
  expect(JSON.parse(push.body)).toEqual({
    v: 1,
    region: "weur",
    format: "avif",
    deadlineMs: 800,
    paths: ["/a", '/b"c'],
  });
  expect([push.time, push.signature]).toEqual([1_763_760_000, null]);
});

test("with a secret, it has a signature that depends on its body and time", () => {
  const builder = new PushRequestBuilder({ ...OPTIONS, secret: "0123456789abcdef" }, "webp");
  const signatures = [
    builder.build(["/a"], 1_763_760_000_999),
    builder.build(["/b"], 1_763_760_000_999),
    builder.build(["/a"], 1_763_760_001_000),
  ].map(({ signature }) => signature);
  expect(new Set(signatures).size).toBe(3);
  for (const signature of signatures) expect(signature).toMatch(/^[\w-]{43}$/);
});
