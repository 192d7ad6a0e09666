import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hmacSha256, sha256 } from "../../../src/client/hmac.ts";
import { signPath } from "../../../src/request/signing/signature.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const utf8 = (text: string) => new TextEncoder().encode(text);

let state = 17;
const random = (below: number) => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * below);
};
const bytes = (length: number) => Uint8Array.from({ length }, () => random(256));
const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 20_000 : 500;

async function webCrypto(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<string> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, message)));
}

describe("sha256", () => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("FIPS 180-4's %j", (text, expected) => {
    expect(hex(sha256(utf8(text)))).toBe(expected);
  });
  test("every length over three blocks", () => {
    for (let length = 0; length <= 200; length++) {
      const message = bytes(length);
      expect(hex(sha256(message))).toBe(createHash("sha256").update(message).digest("hex"));
    }
  });
  test("leaves its input as it was", () => {
    const message = bytes(100);
    const before = hex(message);
    sha256(message);
    expect(hex(message)).toBe(before);
  });
});

describe("hmacSha256", () => {
  // RFC 4231 4.2 and 4.7: a short key, and one that is longer than a block.
  test.each([
    [20, 0x0b, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      131,
      0xaa,
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("RFC 4231: a key of %i bytes", (length, byte, text, expected) => {
    expect(hex(hmacSha256(new Uint8Array(length).fill(byte), utf8(text)))).toBe(expected);
  });
  test.each([1, 63, 64, 65, 128])("as WebCrypto: a key of %i bytes", async (length) => {
    const [key, message] = [bytes(length), bytes(77)];
    expect(hex(hmacSha256(key, message))).toBe(await webCrypto(key, message));
  });
  test("as WebCrypto: any key and message (seeded)", async () => {
    for (let i = 0; i < rounds; i++) {
      const [key, message] = [bytes(1 + random(150)), bytes(random(400))];
      expect(hex(hmacSha256(key, message))).toBe(await webCrypto(key, message));
    }
  });
  test("as the proxy signs a path", async () => {
    const pair = { key: utf8("secret"), salt: utf8("hello") };
    const path = "/w:320/aHR0cHM6Ly9hLnRlc3Qv";
    const message = Uint8Array.of(...pair.salt, ...utf8(path));
    expect(Buffer.from(hmacSha256(pair.key, message)).toString("base64url")).toBe(await signPath(path, pair));
  });
});
