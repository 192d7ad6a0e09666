import { describe, expect, test } from "vitest";
import { isHuffmanCode, STATUS_BY_CODE, STATUS_NAME_CODE } from "../../../../warmer/push/h2/huffman.ts";

const bytes = (hex: string): string => Buffer.from(hex.replaceAll(" ", ""), "hex").toString("latin1");

test("the codes in RFC 7541, C.6", () => {
  expect(STATUS_BY_CODE.get(bytes("6402"))).toBe(302);
  expect(STATUS_BY_CODE.get(bytes("640eff"))).toBe(307);
  expect([STATUS_BY_CODE.size, new Set(STATUS_BY_CODE.values()).size]).toEqual([500, 500]);
});

describe("Huffman code", () => {
  test.each([
    ["nothing", ""],
    ["C.4.1: www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"],
    ["C.4.2: no-cache", "a8eb10649cbf"],
    ["C.4.3: custom-key", "25a849e95ba97d7f"],
    ["C.6.1: a date", "d07abe941054d444a8200595040b8166e082a62d1bff"],
    ["C.6.1: a URL", "9d29ad171863c78f0b97c8e9ae82ae43d3"],
    ["C.6.3: a cookie", "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"],
    ["a code of 30 bits, LF", "fffffff3"],
    ["the last code before the end of a string, 0x16", "fffffffb"],
  ])("%s", (_, hex) => {
    expect(isHuffmanCode(bytes(hex))).toBe(true);
  });
  test.each([
    ["one byte of padding", "ff"],
    ["8 bits of padding after whole codes", "1084210842ff"],
    ["zeros as padding", "a8eb10649cb8"],
    ["an incomplete code", "a8eb10649cbe"],
    ["the end-of-string symbol", "ffffffff"],
    ["the end-of-string symbol between codes", "1fffffffff"],
  ])("not Huffman code: %s", (_, hex) => {
    expect(isHuffmanCode(bytes(hex))).toBe(false);
  });
  test("the name and the values of :status are Huffman code", () => {
    expect([STATUS_NAME_CODE, ...STATUS_BY_CODE.keys()].every(isHuffmanCode)).toBe(true);
  });
});
