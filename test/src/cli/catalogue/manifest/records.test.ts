import { describe, expect, test } from "vitest";
import { recordsOf } from "../../../../support/manifests.ts";
import { seeded } from "../../../../support/seeded.ts";

describe("tab-separated values", () => {
  test.each([
    ["one record", "a\tb\n", [["a", "b"]]],
    ["no line feed at the end", "a\tb", [["a", "b"]]],
    [
      "CR LF",
      "a\tb\r\nc\td\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["empty fields and an empty line", "\t\n\nx\n", [["", ""], [""], ["x"]]],
    ["quotes and backslashes are characters", '"a\t\\N\t\\t\n', [['"a', "\\N", "\\t"]]],
    ["letters of other scripts", "é\t日本\n", [["é", "日本"]]],
    ["nothing", "", []],
  ])("%s", (_, text, records) => expect(recordsOf(text, "tsv")).toEqual(records));

  test("256 columns are read, 257 are broken", () => {
    const line = (columns: number) => "x\t".repeat(columns - 1);
    expect(recordsOf(`${line(256)}\n${line(257)}\ny\n`, "tsv")).toEqual([
      Array.from({ length: 256 }, (_, at) => (at < 255 ? "x" : "")),
      { line: 2, broken: "too-many-columns" },
      ["y"],
    ]);
  });

  test("a line of over 1 MiB is broken, however it arrives, and the next one is read", () => {
    const text = `a\n${"x".repeat((1 << 20) + 1)}\nb\n`;
    const records = [["a"], { line: 2, broken: "too-long" }, ["b"]];
    expect(recordsOf(text, "tsv", { chunks: [4 << 20] })).toEqual(records);
    expect(recordsOf(text, "tsv", { chunks: [100_000] })).toEqual(records);
    const [, whole] = recordsOf(`a\n${"x".repeat(1 << 20)}\nb\n`, "tsv", { chunks: [100_000] });
    expect(whole).toEqual(["x".repeat(1 << 20)]);
  });
});

describe("PostgreSQL's COPY text", () => {
  test.each([
    ["\\N is null", "\\N\ta\t\\N\n", [["", "a", ""]]],
    ["the escapes of the manual", "\\b\\f\\n\\r\\t\\v\\\\\n", [["\b\f\n\r\t\v\\"]]],
    ["octal and hexadecimal bytes", "\\101\\x42\\x4g\\7z\n", [["AB\u0004g\u0007z"]]],
    ["any other letter is itself", '\\q\\"\n', [['q"']]],
    ["a backslash before a line feed", "a\\\nb\tc\nd\n", [["a\nb", "c"], ["d"]]],
    ["what stands after the end is no record", "a\n\\.\nb\n", [["a"]]],
    ["a backslash at the very end", "a\\", [["a\\"]]],
    ["an escaped N behind a letter is no null", "x\\N\n", [["xN"]]],
  ])("%s", (_, text, records) => expect(recordsOf(text, "copy")).toEqual(records));

  test("lines are counted on over a line feed within a record", () => {
    const text = `a\\\nb\n${"x\t".repeat(300)}\n`;
    expect(recordsOf(text, "copy")[1]).toEqual({ line: 3, broken: "too-many-columns" });
  });
});

describe("comma-separated values", () => {
  test.each([
    ["quotes", '"a","b,c","d""e"\n', [["a", "b,c", 'd"e']]],
    [
      "line feeds within quotes",
      '"a\nb","c\r\nd"\ne,f\n',
      [
        ["a\nb", "c\r\nd"],
        ["e", "f"],
      ],
    ],
    ["CR LF", '"a",b\r\n"c"\r\n', [["a", "b"], ["c"]]],
    ["an empty quoted field and an empty one", '"",\n', [["", ""]]],
    ["a quote within a field that has none before it", 'a"b",c\n', [['a"b"', "c"]]],
    ["no line feed at the end, quoted and not", '"a"', [["a"]]],
    ["a delimiter at the very end", "a,\n", [["a", ""]]],
    ["only quotes", '""""\n', [['"']]],
  ])("%s", (_, text, records) => expect(recordsOf(text, "csv")).toEqual(records));

  test("another delimiter", () => {
    expect(recordsOf('a;"b;c",d\n', "csv", { delimiter: 59 })).toEqual(
      [["a", "b;c,d"]].map(() => ({ line: 1, broken: "quote-misplaced" })),
    );
    expect(recordsOf('a;"b;c";d\n', "csv", { delimiter: 59 })).toEqual([["a", "b;c", "d"]]);
  });

  test("text behind a closing quote breaks its line alone", () => {
    expect(recordsOf('a,b\n"c"d,e\nf,g\n', "csv")).toEqual([
      ["a", "b"],
      { line: 2, broken: "quote-misplaced" },
      ["f", "g"],
    ]);
  });

  test("a quote that is never closed breaks its line alone: those behind it are read", () => {
    const broken = { line: 2, broken: "quote-not-closed" };
    expect(recordsOf('a,b\nc,"d\ne,f\ng,h', "csv")).toEqual([["a", "b"], broken, ["e", "f"], ["g", "h"]]);
    // Behind it are more bytes than a record may have.
    const many = `${"e".repeat(200)},f\n`.repeat(6_000);
    const records = recordsOf(`a,b\nc,"d\n${many}`, "csv", { chunks: [65_536] });
    expect([records.length, records[1], records.at(-1)]).toEqual([6_002, broken, ["e".repeat(200), "f"]]);
  });
});

describe("JSON lines", () => {
  const columns = ["id", "meta.views", "tags"];
  const read = (text: string | Uint8Array) => recordsOf(text, "jsonl", { columns });
  test.each([
    ["texts, numbers, lists, what is deeper", '{"id":7,"meta":{"views":3},"tags":["a"]}\n', [["7", "3", '["a"]']]],
    ["null, absent and deeper than there is", '{"id":null,"meta":4}\r\n', [["", "", ""]]],
    ["escapes", '{"id":"\\u00e9\\n\\t\\ud83d\\ude00"}', [["é\n\t😀", "", ""]]],
    ["a number that JavaScript would round", '{"id":12345678901234567890}\n', [["12345678901234567890", "", ""]]],
    ["an empty line", "\n", [[""]]],
    ["what every object inherits is no column", '{"x":1}\n', [["", "", ""]]],
  ])("%s", (_, text, records) => expect(read(text)).toEqual(records));

  test.each([
    ["no JSON", "{\n", "no-json"],
    ["a list", "[1]\n", "no-json"],
    ["null", "null\n", "no-json"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), "no-utf8"],
  ])("%s is broken", (_, text, broken) => expect(read(text)).toEqual([{ line: 1, broken }]));
});

/** Any text of these, written and read, is the same; wherever the chunks are cut. */
describe("what is written is read", () => {
  const PIECES = ["a", "é", "😀", "\t", "\n", "\r", ",", '"', '""', "\\", "\\N", "\\.", " ", "x".repeat(50), ""];
  const WRITERS = {
    copy: (text: string) =>
      text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r"),
    csv: (text: string) => `"${text.replaceAll('"', '""')}"`,
  } as const;
  test.each(["copy", "csv"] as const)("%s", (format) => {
    const random = seeded(16);
    const below = (limit: number) => Math.floor(random() * limit);
    for (let round = 0; round < 60; round++) {
      const records = Array.from({ length: 1 + below(8) }, () =>
        Array.from({ length: 1 + below(5) }, () =>
          Array.from({ length: below(6) }, () => PIECES[below(PIECES.length)] ?? "").join(""),
        ),
      );
      const delimiter = format === "csv" ? "," : "\t";
      const text = records.map((record) => `${record.map(WRITERS[format]).join(delimiter)}\n`).join("");
      for (const chunks of [[1 << 20], [1], [1 + below(9), 1 + below(40)]]) {
        expect(recordsOf(text, format, { chunks })).toEqual(records);
      }
    }
  });
});
