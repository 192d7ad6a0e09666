import { describe, expect, test } from "vitest";
import { encodeInteger, encodeString, RequestFields, statusOf } from "../../../warmer/h2/hpack.ts";

const bytes = (...hex: string[]): string => Buffer.from(hex.join("").replaceAll(" ", ""), "hex").toString("latin1");

describe("what is written", () => {
  test.each([
    ["RFC 7541 C.1.1: 10 in 5 bits", 5, 10, "0a"],
    ["C.1.2: 1337 in 5 bits", 5, 1337, "1f9a0a"],
    ["C.1.3: 42 in 8 bits", 8, 42, "2a"],
    ["the largest that fits", 4, 14, "0e"],
    ["the smallest that does not", 4, 15, "0f00"],
    ["128 beyond", 4, 143, "0f8001"],
  ])("integer: %s", (_, bits, value, hex) => {
    expect(encodeInteger(0, bits, value)).toBe(bytes(hex));
  });
  test("a string of 127 bytes has a length of two", () => {
    expect(encodeString("a".repeat(126)).slice(0, 1)).toBe("\x7e");
    expect(encodeString("a".repeat(127)).slice(0, 2)).toBe("\x7f\0");
  });
  test("a push without a secret, byte for byte", () => {
    const block = new RequestFields(new URL("http://a.example:81")).block({ body: "{}", time: 0, signature: null });
    const expected = [
      "83 86", // POST, http
      `01 0c ${Buffer.from("a.example:81").toString("hex")}`,
      `04 05 ${Buffer.from("/warm").toString("hex")}`,
      `0f2b 11 ${Buffer.from("firstlight-warmer").toString("hex")}`,
      `0f10 10 ${Buffer.from("application/json").toString("hex")}`,
      "0f0d 01 32",
    ];
    expect(block).toBe(bytes(...expected));
  });
  test("https, time and signature; the signature is never to be indexed", () => {
    const fields = new RequestFields(new URL("https://a.example"));
    const block = fields.block({ body: "x".repeat(300), time: 1_763_760_000, signature: "abc" });
    expect(block.slice(0, 2)).toBe("\x83\x87");
    expect(block).toContain(`\x0f\x0d${encodeString("300")}`);
    expect(block.endsWith("\0\x11x-firstlight-time\x0a1763760000\x10\x16x-firstlight-signature\x03abc")).toBe(true);
  });
});

describe("the status of an answer", () => {
  test.each([
    ["indexed 200", "88", 200],
    ["indexed 204", "89", 204],
    ["indexed 500, the last of the table", "8e", 500],
    ["after a table size update", "20 8d", 404],
    ["after an update of several bytes", "3fe11f 88", 200],
    ["RFC 7541 C.5.1: literal, to be indexed, plain", "4803333032 5807707269766174 65", 302],
    ["C.5.2", "4803333037", 307],
    ["C.6.1: in Huffman code", "488264025885aec3771a4b", 302],
    ["C.6.2", "4883640eff", 307],
    ["without indexing", "0803323032", 202],
    ["never to be indexed", "1803323032", 202],
    ["named by another of the seven", "0e03343239", 429],
    ["Huffman 202 with one bit of padding", "0882 1005", 202],
    ["Huffman 599", "0883 6df7ff", 599],
  ])("%s", (_, hex, status) => {
    expect(statusOf(bytes(hex))).toBe(status);
  });
  test.each([
    ["nothing", ""],
    ["a table size update only", "20"],
    ["an update without an end", "3fffff"],
    ["another field first", "87"],
    ["past the seven", "8f"],
    ["a dynamic entry", "be"],
    ["a literal of another name", "0703323030"],
    ["cut short", "080332"],
    ["two digits", "08023230"],
    ["four digits", "080432303030"],
    ["a status of 600", "0803363030"],
    ["a status of 099", "0803303939"],
    ["not digits", "0803616263"],
    ["Huffman, padded with zeros", "08821004"],
    ["Huffman, a byte of padding too many", "0883 1005ff"],
    ["Huffman, something else", "0882 ffff"],
    ["Huffman of one byte", "088110"],
  ])("none: %s", (_, hex) => {
    expect(statusOf(bytes(hex))).toBeUndefined();
  });
  test("every status in Huffman code", () => {
    const code = (digit: string): string =>
      Number(digit) <= 2
        ? Number(digit).toString(2).padStart(5, "0")
        : (0x19 + Number(digit) - 3).toString(2).padStart(6, "0");
    for (let status = 100; status <= 599; status++) {
      const bits = [...String(status)].map(code).join("");
      const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
      const value = padded.match(/.{8}/g)?.map((byte) => String.fromCharCode(Number.parseInt(byte, 2))) ?? [];
      expect(statusOf(`\x08${String.fromCharCode(0x80 | value.length)}${value.join("")}`)).toBe(status);
    }
  });
});
