import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PushSigner } from "../../../warmer/push/pushSigner.ts";

/** The signature, written from the protocol description. */
function expected(secret: string, time: number, body: string): string {
  const digest = createHash("sha256").update(body).digest("hex");
  return createHmac("sha256", secret).update(`POST\n/warm\n${time}\n${digest}`).digest("base64url");
}

describe("PushSigner", () => {
  it("gives a known answer from Python's hashlib and hmac", () => {
    const body = '{"v":1,"region":"weur","format":"webp","deadlineMs":800,"paths":["/a"]}';
    const signature = new PushSigner("0123456789abcdef").sign(1763760000, body);
    expect(signature).toBe("zfab_E7g2FnBn0vvyMU3PrgLHAM-N29QjJ3o2Jg_LoA");
  });

  const secrets = [
    ["shorter than a block", "0123456789abcdef"],
    ["exactly a block", "k".repeat(64)],
    ["longer than a block, so it is hashed first", "k".repeat(65)],
    ["with characters outside ASCII", "sécret-ß-0123456789"],
  ] as const;
  for (const [name, secret] of secrets) {
    it(`agrees with createHmac for a secret ${name}`, () => {
      const signer = new PushSigner(secret);
      // One signer for all rows: times that change their length, go back or repeat must not affect later ones.
      for (const time of [1763760000, 1763760000, 9, 99_999_999_999, 1763760001, 0, Number.MAX_SAFE_INTEGER]) {
        for (const body of ["", "{}", "x".repeat(5_000)]) {
          expect(signer.sign(time, body), `${time} ${body.length}`).toBe(expected(secret, time, body));
        }
      }
    });
  }
});
