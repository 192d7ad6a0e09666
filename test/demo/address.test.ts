import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { newKeys, signedPath } from "../../demo/address.ts";

describe("signedPath", () => {
  const keys = { key: Buffer.from("secret"), salt: Buffer.from("hello") };

  it("signs salt and path as imgproxy does", () => {
    const [, signature, ...rest] = signedPath(keys, "https://a.test/b.jpg", 320).split("/");
    const path = `/${rest.join("/")}`;
    expect(path).toBe(`/rs:fit:320:0/${Buffer.from("https://a.test/b.jpg").toString("base64url")}`);
    expect(signature).toBe(createHmac("sha256", "secret").update(`hello${path}`).digest("base64url"));
  });

  it("makes other signatures with other keys", () => {
    expect(signedPath(newKeys(), "https://a.test/b.jpg", 320)).not.toBe(
      signedPath(newKeys(), "https://a.test/b.jpg", 320),
    );
  });
});
