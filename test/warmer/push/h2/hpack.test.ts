import { describe, expect, test } from "vitest";
import { encodeInteger, encodeString, RequestFields } from "../../../../warmer/push/h2/hpack.ts";

const bytes = (...hex: string[]): string => Buffer.from(hex.join("").replaceAll(" ", ""), "hex").toString("latin1");

describe("encoding", () => {
  test.each([
    ["RFC 7541 C.1.1: 10 in 5 bits", 5, 10, "0a"],
    ["C.1.2: 1337 in 5 bits", 5, 1337, "1f9a0a"],
    ["C.1.3: 42 in 8 bits", 8, 42, "2a"],
    ["the largest that fits", 4, 14, "0e"],
    ["the smallest that does not", 4, 15, "0f00"],
    ["128 above the prefix", 4, 143, "0f8001"],
  ])("integer: %s", (_, bits, value, hex) => {
    expect(encodeInteger(0, bits, value)).toBe(bytes(hex));
  });
  test("a string of 127 bytes has a length of two bytes", () => {
    expect(encodeString("a".repeat(126)).slice(0, 1)).toBe("\x7e");
    expect(encodeString("a".repeat(127)).slice(0, 2)).toBe("\x7f\0");
  });
  test("an unsigned push, byte for byte", () => {
    const block = new RequestFields(new URL("http://a.example:81")).block({ body: "{}", time: 0, signature: null });
    const expected = [
      "83 86", // POST, http
      `01 0c ${Buffer.from("a.example:81").toString("hex")}`,
      `04 05 ${Buffer.from("/warm").toString("hex")}`,
      `0f2b 11 ${Buffer.from("firstlight-warmer").toString("hex")}`,
      `0f04 14 ${Buffer.from("application/x-ndjson").toString("hex")}`,
      `0f10 10 ${Buffer.from("application/json").toString("hex")}`,
      "0f0d 01 32",
    ];
    expect(block).toBe(bytes(...expected));
  });
  test("https, time and signature; the signature is never indexed", () => {
    const fields = new RequestFields(new URL("https://a.example"));
    const block = fields.block({ body: "x".repeat(300), time: 1_763_760_000, signature: "abc" });
    expect(block.slice(0, 2)).toBe("\x83\x87");
    expect(block).toContain(`\x0f\x0d${encodeString("300")}`);
    expect(block.endsWith("\0\x11x-firstlight-time\x0a1763760000\x10\x16x-firstlight-signature\x03abc")).toBe(true);
  });
});
