import { describe, expect, test } from "vitest";
import { decodeStatus } from "../../../../warmer/push/h2/decodeStatus.ts";
import { encodeInteger, encodeString } from "../../../../warmer/push/h2/hpack.ts";
import { STATUS_BY_CODE } from "../../../../warmer/push/h2/huffman.ts";
import { seeded } from "../../../support/warmer.ts";

const bytes = (...hex: string[]): string => Buffer.from(hex.join("").replaceAll(" ", ""), "hex").toString("latin1");

/** `:status` as a literal name, plain and Huffman-coded. */
const NAME = "07 3a737461747573";
const NAME_CODE = "85 b8848d36a3";

describe("the status of a response", () => {
  test.each([
    ["indexed 200, the first of the table", "88", 200],
    ["indexed 204", "89", 204],
    ["indexed 500, the last of the table", "8e", 500],
    ["after a table size update", "20 8d", 404],
    ["after two table size updates", "2020 8d", 404],
    ["RFC 7541 C.5.1: literal with indexing, plain", "4803333032 5807707269766174 65", 302],
    ["C.5.2", "4803333037", 307],
    ["C.6.1: Huffman-coded", "488264025885aec3771a4b", 302],
    ["C.6.2", "4883640eff", 307],
    ["without indexing", "0803323032", 202],
    ["never indexed", "1803323032", 202],
    ["literal value with the name index of another status", "0e03343239", 429],
    ["Huffman 202 with one bit of padding", "0882 1005", 202],
    ["Huffman 599", "0883 6df7ff", 599],
    ["100", "0803313030", 100],
    ["literal name, without indexing", `00 ${NAME} 03323032`, 202],
    ["literal name, with indexing", `40 ${NAME} 03323032`, 202],
    ["literal name, never indexed", `10 ${NAME} 03323032`, 202],
    ["Huffman-coded name", `00 ${NAME_CODE} 03323032`, 202],
    ["Huffman-coded name and value", `40 ${NAME_CODE} 82 1005`, 202],
  ])("%s", (_, hex, status) => {
    expect(decodeStatus(bytes(hex))).toBe(status);
  });

  test.each([
    ["the last index of the static table", "bd"],
    ["the index before :status", "87"],
    ["the index after :status", "8f"],
    ["a literal with an indexed name", "0f0d0131"],
    ["the last name of the static table", "0f2e0161"],
    ["the last name, with indexing", "7d0161"],
    ["a literal name", "0001610162"],
    ["a name as long as :status", "00 07 3a73746174757a 01 61"],
    ["a Huffman-coded name as long as :status", "00 85 b8848d36a4 01 61"],
    ["plain :status marked as Huffman-coded", "00 87 3a737461747573 03 323032"],
    ["Huffman-coded :status marked as plain", "00 05 b8848d36a3 03 323032"],
    ["the name in upper case", "00 07 3a535441545553 03 323032"],
    ["an empty name and value", "000000"],
    ["a value of 126 bytes, the longest with a length of one byte", `00 0161 7e${"61".repeat(126)}`],
    ["a value of 127 bytes", `00 0161 7f00${"61".repeat(127)}`],
    ["a value of 300 bytes", `00 0161 7fad01${"61".repeat(300)}`],
    ["a Huffman-coded value of 127 bytes", `00 0161 ff00${"ff".repeat(127)}`],
  ])("is found before other fields, and is not %s", (_, hex) => {
    expect(decodeStatus(bytes("89", hex))).toBe(204);
    expect(decodeStatus(bytes(hex))).toBe(0);
    // A pseudo-header field after other fields makes the response malformed, but not the block.
    expect(decodeStatus(bytes(hex, "89"))).toBe(0);
  });

  test.each([
    ["nothing", ""],
    ["a table size update only", "20"],
    ["twice", "8888"],
    ["twice, by index and by name", `88 00 ${NAME} 03323030`],
    ["no digits", "0800"],
    ["two digits", "08023230"],
    ["four digits", "080432303030"],
    ["a status of 600", "0803363030"],
    ["a status of 099", "0803303939"],
    ["not digits", "0803616263"],
    ["four Huffman-coded digits", "0883 10042f"],
    ["one Huffman-coded letter", "0881 1f"],
    ["a Huffman-coded status of 600", "0882 7000"],
  ])("no status: %s", (_, hex) => {
    expect(decodeStatus(bytes(hex))).toBe(0);
  });

  test.each([
    ["a table of 1 byte", "21 88"],
    ["a table of 30 bytes", "3e 88"],
    ["a table of 31 bytes", "3f00 88"],
    ["a table of 4 096 bytes", "3fe11f 88"],
    ["an update that does not end", "3fffff"],
    ["an update after a field", "8820"],
    ["index 0", "80"],
    ["index 62, the first of the dynamic table", "be"],
    ["index 62 as a name", "0f2f0161"],
    ["index 62 as a name, with indexing", "7e0161"],
    ["an index of two bytes", "ff00"],
    ["an index that does not end", "ff80"],
    ["a literal without a name", "00"],
    ["a literal without a value", "08"],
    ["a literal name without a value", `00 ${NAME}`],
    ["a truncated name", "00 07 3a7374617475"],
    ["a value that is one byte too short", "08033230"],
    ["a truncated length", "00 0161 7f"],
    ["a length that does not end", "00 0161 7fffffffffff00"],
    ["a length of 5 bytes after the prefix", "00 0161 7f8080808000"],
    ["a length of 2^28", "00 0161 7fffffff7f"],
    ["Huffman code with zeros as padding", "0882 1004"],
    ["Huffman code with one byte of padding too many", "0883 1005ff"],
    ["Huffman code that contains the end-of-string symbol", "0884 ffffffff"],
    ["an incomplete Huffman code", "0882 ffff"],
  ])("malformed: %s", (_, hex) => {
    expect(decodeStatus(bytes(hex))).toBeUndefined();
    // Valid fields before or after do not make the block valid. An update of the table size is malformed only after a
    // field.
    expect(decodeStatus(bytes("0001610162", hex))).toBeUndefined();
  });

  test("every status, with every spelling of the name, as every kind of literal, plain and Huffman-coded", () => {
    const codes = new Map([...STATUS_BY_CODE].map(([code, status]) => [status, code]));
    expect(codes.size).toBe(500);
    for (let status = 100; status <= 599; status++) {
      const code = codes.get(status) ?? "";
      for (const first of ["\x08", "\x48", "\x18", bytes("00", NAME), bytes("40", NAME_CODE)]) {
        expect(decodeStatus(first + encodeString(String(status)))).toBe(status);
        expect(decodeStatus(first + encodeInteger(0x80, 7, code.length) + code)).toBe(status);
      }
    }
  });
});

/** Blocks that may be valid, cut, flipped or shuffled. */
test("fuzzed blocks give a status, none, or malformed, and never throw", () => {
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 2_000_000 : 50_000;
  const random = seeded(7541);
  const below = (n: number): number => Math.floor(random() * n);
  const pieces = [
    "88",
    "20",
    "0803323032",
    "08821005",
    `00${NAME}03323032`,
    `40${NAME_CODE}821005`,
    "0f0d0131",
    "7d0161",
    "be",
  ];
  const seen = { status: 0, none: 0, malformed: 0 };
  for (let round = 0; round < rounds; round++) {
    let block = "";
    for (let n = below(5); n >= 0; n--) {
      if (random() < 0.8) block += bytes(pieces[below(pieces.length)] ?? "");
      else block += String.fromCharCode(...Array.from({ length: below(6) }, () => below(256)));
    }
    const at = below(block.length);
    if (random() < 0.2) block = block.slice(0, at) + String.fromCharCode(below(256)) + block.slice(at + 1);
    if (random() < 0.1) block = block.slice(0, at);
    const status = decodeStatus(block);
    if (status === undefined) seen.malformed++;
    else if (status === 0) seen.none++;
    else if (Number.isInteger(status) && status >= 100 && status <= 599) seen.status++;
    else expect.fail(`${status} of ${Buffer.from(block, "latin1").toString("hex")}`);
    // One more complete field must not change the result.
    if (status === undefined || block === "") continue;
    const longer = decodeStatus(`${block}\0\x01a\x01b`);
    expect(longer === status, Buffer.from(block, "latin1").toString("hex")).toBe(true);
  }
  expect(Math.min(seen.status, seen.none, seen.malformed)).toBeGreaterThan(rounds / 20);
});
