import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DatagramReader } from "../../../warmer/hint/datagramReader.ts";
import { HintScanner, type ScannedHint } from "../../../warmer/hint/hintScanner.ts";
import { parseHint } from "../../../warmer/hint/parseHint.ts";
import { MAX_DATAGRAM_BYTES, MAX_PATHS_PER_LINE } from "../../../warmer/hint/protocol.ts";
import { DEPLOYED, KEY, places, read, type Seen } from "../../support/reading.ts";
import { seeded } from "../../support/warmer.ts";

const SECRET = "0123456789abcdef";
const T = 1_763_760_000_123;

describe("accepted hints", () => {
  const rows = [
    ["the usual spelling", `{"v":1,"t":${T},"p":"/a","r":"weur"}`, "weur", "webp", ["/a"]],
    [
      "spaces as Python writes them",
      `{"v": 1, "t": ${T}, "p": ["/a", "/b"], "r": "weur"}`,
      "weur",
      "webp",
      ["/a", "/b"],
    ],
    ["several paths", `{"v":1,"t":${T},"p":["/a","/b","/c"],"r":"apac"}`, "apac", "webp", ["/a", "/b", "/c"]],
    ["fields in another order", `{"r":"weur","p":"/a","t":${T},"v":1}`, "weur", "webp", ["/a"]],
    ["a format", `{"v":1,"t":${T},"p":"/a","r":"weur","f":"avif"}`, "weur", "avif", ["/a"]],
    ["a sender", `{"v":1,"t":${T},"p":"/a","r":"weur","s":"api-1"}`, "weur", "webp", ["/a"]],
    [
      "a region that is not deployed is mapped to a deployed one",
      `{"v":1,"t":${T},"p":"/a","r":"eeur"}`,
      "weur",
      "webp",
      ["/a"],
    ],
    ["a country", `{"v":1,"t":${T},"p":"/a","c":"JP"}`, "apac", "webp", ["/a"]],
    ["a country in lower case", `{"v":1,"t":${T},"p":"/a","c":"jp"}`, "apac", "webp", ["/a"]],
    ["a continent", `{"v":1,"t":${T},"p":"/a","k":"SA"}`, "enam", "webp", ["/a"]],
    ["a data centre", `{"v":1,"t":${T},"p":"/a","colo":"MAD"}`, "weur", "webp", ["/a"]],
    ["an unknown field is ignored", `{"v":1,"t":${T},"p":"/a","r":"weur","x":[1]}`, "weur", "webp", ["/a"]],
    ["escapes", `{"v":1,"t":${T},"p":"\\/a\\u002fb","r":"weur"}`, "weur", "webp", ["/a/b"]],
    ["quotes and backslashes in a path", `{"v":1,"t":${T},"p":"/a\\"\\\\","r":"weur"}`, "weur", "webp", ['/a"\\']],
    [
      "a field given twice: the last one counts",
      `{"v":1,"t":${T},"p":"/a","p":"/b","r":"weur"}`,
      "weur",
      "webp",
      ["/b"],
    ],
    ["white space before and after", `  {"v":1,"t":${T},"p":"/a","r":"weur"} \t`, "weur", "webp", ["/a"]],
    ["CRLF", `{"v":1,"t":${T},"p":"/a","r":"weur"}\r\n`, "weur", "webp", ["/a"]],
  ] as const;
  test.each(rows)("%s", (_name, line, region, format, paths) => {
    expect(read(line)).toMatchObject([{ time: T, region, format, paths }]);
  });

  test("Flickr's form: adds the slash, maps the first label, converts seconds to ms", () => {
    const line = '{"jpg":"7372/1_z.jpg","http_endpoint":"es.www.flickr.com","timestamp":1763760000.123456}';
    expect(read(line)).toMatchObject([{ time: 1763760000.123456 * 1000, region: "weur", paths: ["/7372/1_z.jpg"] }]);
  });
  test("Flickr's form with a slash has the same key as without", () => {
    const [a] = read('{"jpg":"x.jpg","http_endpoint":"sg","timestamp":1}') as Seen[];
    const [b] = read('{"jpg":"/x.jpg","http_endpoint":"sg.www","timestamp":1}') as Seen[];
    expect(a).toEqual(b);
  });
  test("several lines, one of them invalid: the others count", () => {
    const line = `{"v":1,"t":${T},"p":"/a","r":"weur"}`;
    expect(read(`${line}\n{"v":1\n\n${line}\n`)).toMatchObject([{ paths: ["/a"] }, "json", { paths: ["/a"] }]);
  });
  test("the largest datagram is read; one byte more is rejected", () => {
    const line = (size: number) => {
      const [head, tail] = [`{"v":1,"t":${T},"p":"/`, '","r":"weur"}'];
      return head + "x".repeat(size - head.length - tail.length) + tail;
    };
    expect(read(line(MAX_DATAGRAM_BYTES))).toMatchObject([{ time: T }]);
    expect(read(line(MAX_DATAGRAM_BYTES + 1))).toEqual(["too_long"]);
  });
});

describe("the paths of a line", () => {
  const lineOf = (count: number, space = "") =>
    `${space}{"v":1,"t":1,"p":[${Array.from({ length: count }, () => '"/"').join()}],"r":"oc"}`;

  test("the scanner and JSON.parse read as many as fit into the largest datagram", () => {
    const most = Math.floor((MAX_DATAGRAM_BYTES - lineOf(0, " ").length + 1) / 4);
    for (const space of ["", " "]) {
      const line = lineOf(most, space);
      expect(line.length).toBeGreaterThan(MAX_DATAGRAM_BYTES - 5);
      const [seen] = read(line) as [Seen];
      expect([seen.region, seen.paths.length, new Set(seen.keys).size]).toEqual(["apac", most, 1]);
    }
  });
  test(`both read ${MAX_PATHS_PER_LINE} and reject one more`, () => {
    const scanner = new HintScanner(places, KEY, "webp");
    const scan = (line: string) =>
      scanner.scan(scanner.slotMemoryStart, scanner.slotMemoryStart + scanner.slotMemory.write(line));
    const [most, more] = [lineOf(MAX_PATHS_PER_LINE), lineOf(MAX_PATHS_PER_LINE + 1)];
    expect(scan(most)).toBe(scanner.slotMemoryStart + most.length);
    expect(scanner.hint.count).toBe(MAX_PATHS_PER_LINE);
    expect(parseHint(most)).toMatchObject({ paths: { length: MAX_PATHS_PER_LINE } });
    expect([scan(more), parseHint(more)]).toEqual([-1, "path"]);
  });
  test("an unknown code belongs to the first region, as at the edge", () => {
    for (const place of ['"c":"ZZ"', '"c":"XX"', '"k":"ZZ"', '"colo":"ZZZ"']) {
      expect(read(`{"v":1,"t":${T},"p":"/a",${place}}`)).toMatchObject([{ region: DEPLOYED[0] }]);
    }
  });
});

describe("rejected lines and datagrams", () => {
  const rows = [
    ["nothing", "", "empty"],
    ["only newlines", "\n\r\n", "empty"],
    ["not JSON", "warm /a please", "json"],
    ["truncated JSON", '{"v":1,"t":1,"p":"/a"', "json"],
    ["a list", "[1]", "json"],
    ["a byte order mark", `\ufeff{"v":1,"t":${T},"p":"/a","r":"weur"}`, "json"],
    ["a no-break space before the line", `\u00a0{"v":1,"t":${T},"p":"/a","r":"weur"}`, "json"],
    ["a vertical tab before the line", `\v{"v":1,"t":${T},"p":"/a","r":"weur"}`, "json"],
    ["a form feed after the line", `{"v":1,"t":${T},"p":"/a","r":"weur"}\f`, "json"],
    ["a line separator after the line", `{"v":1,"t":${T},"p":"/a","r":"weur"}\u2028`, "json"],
    ["only white space", " \t ", "json"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "json"],
    ["no version", `{"t":${T},"p":"/a","r":"weur"}`, "version"],
    ["another version", `{"v":2,"t":${T},"p":"/a","r":"weur"}`, "version"],
    ["version as a text", `{"v":"1","t":${T},"p":"/a","r":"weur"}`, "version"],
    ["no time", '{"v":1,"p":"/a","r":"weur"}', "time"],
    ["time as a text", '{"v":1,"t":"1","p":"/a","r":"weur"}', "time"],
    ["a negative time", '{"v":1,"t":-5,"p":"/a","r":"weur"}', "time"],
    ["a time above the range of a double", '{"v":1,"t":1e999,"p":"/a","r":"weur"}', "time"],
    ["no path", `{"v":1,"t":${T},"r":"weur"}`, "path"],
    ["an empty list", `{"v":1,"t":${T},"p":[],"r":"weur"}`, "path"],
    ["a path without a slash", `{"v":1,"t":${T},"p":"a","r":"weur"}`, "path"],
    ["a URL", `{"v":1,"t":${T},"p":"https://x/a","r":"weur"}`, "path"],
    ["a space in the path", `{"v":1,"t":${T},"p":"/a b","r":"weur"}`, "path"],
    ["a line break in the path", `{"v":1,"t":${T},"p":"/a\\r\\nX: y","r":"weur"}`, "path"],
    ["a path that is not ASCII", `{"v":1,"t":${T},"p":"/ä","r":"weur"}`, "path"],
    ["one bad path of three", `{"v":1,"t":${T},"p":["/a",7,"/c"],"r":"weur"}`, "path"],
    ["no place", `{"v":1,"t":${T},"p":"/a"}`, "place"],
    ["two places", `{"v":1,"t":${T},"p":"/a","r":"weur","c":"ES"}`, "place"],
    ["place as a number", `{"v":1,"t":${T},"p":"/a","r":4}`, "place"],
    ["an unknown region", `{"v":1,"t":${T},"p":"/a","r":"mars"}`, "region"],
    ["a region name of Object.prototype", `{"v":1,"t":${T},"p":"/a","r":"constructor"}`, "region"],
    ["a country of three letters", `{"v":1,"t":${T},"p":"/a","c":"ESP"}`, "region"],
    ["a country of digits", `{"v":1,"t":${T},"p":"/a","c":"12"}`, "region"],
    ["an unknown format", `{"v":1,"t":${T},"p":"/a","r":"weur","f":"gif"}`, "format"],
    ["a sender that is not a text", `{"v":1,"t":${T},"p":"/a","r":"weur","s":1}`, "sender_name"],
    ["Flickr's form from an unknown endpoint", '{"jpg":"a","http_endpoint":"xx.www","timestamp":1}', "region"],
    ["Flickr's form without a picture", '{"jpg":"","http_endpoint":"es","timestamp":1}', "path"],
  ] as const;
  test.each(rows)("%s: %s", (_name, bytes, reason) => {
    expect(read(bytes)).toEqual([reason]);
  });
});

describe("signed datagrams", () => {
  const line = `{"v":1,"t":${T},"p":"/a","r":"weur"}\n`;
  const sign = (text: string, secret = SECRET) => createHmac("sha256", secret).update(text).digest("base64url");

  test("a known answer from Python's hmac module", () => {
    const signature = "cwRH1Y-lcNlVMjpmI7_Y_eic5PEZ9hkz-iYemgl1Njg";
    expect(sign(line)).toBe(signature);
    expect(read(`${line}#${signature}`, SECRET)).toMatchObject([{ paths: ["/a"] }]);
  });
  test.each(["", "\n", "\r\n", "=", "=\n", "=\r\n"])("is accepted with %j after it", (behind) => {
    expect(read(`${line}#${sign(line)}${behind}`, SECRET)).toMatchObject([{ paths: ["/a"] }]);
    expect(read(`${line}#${sign(line)}${behind}`)).toMatchObject([{ paths: ["/a"] }]);
  });
  test("lines with CR LF are signed as they are", () => {
    const dos = line.replace("\n", "\r\n");
    expect(read(`${dos}#${sign(dos)}\r\n`, SECRET)).toMatchObject([{ paths: ["/a"] }]);
  });
  const refused = [
    ["without a signature", line, "unsigned"],
    ["empty", "", "unsigned"],
    ["signed with another secret", `${line}#${sign(line, "another secret...")}`, "signature"],
    ["with one changed byte", `${line.replace("/a", "/b")}#${sign(line)}`, "signature"],
    ["with double padding", `${line}#${sign(line)}==`, "unsigned"],
    ["with padding after the line end", `${line}#${sign(line)}\n=`, "unsigned"],
    ["with two line feeds after it", `${line}#${sign(line)}\n\n`, "unsigned"],
    ["shortened and padded", `${line}#${sign(line).slice(0, 42)}=`, "unsigned"],
    ["signed with another secret and padded", `${line}#${sign(line, "another secret...")}=`, "signature"],
    ["shortened", `${line}#${sign(line).slice(0, 42)}`, "unsigned"],
    ["with the signature not on its own line", `${line.trim()}#${sign(line.trim())}`, "unsigned"],
  ] as const;
  test.each(refused)("%s: %s", (_name, bytes, reason) => {
    expect(read(bytes, SECRET)).toEqual([reason]);
  });
  test("another base64url spelling of the same 32 bytes is rejected", () => {
    const good = sign(line);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(good.slice(-1));
    // The two lowest bits of the last character are not part of the value.
    const other = good.slice(0, -1) + alphabet[last ^ 1];
    expect(Buffer.from(other, "base64url")).toEqual(Buffer.from(good, "base64url"));
    expect(read(`${line}#${other}`, SECRET)).toEqual(["signature"]);
  });
  test("a signature that was not requested is ignored", () => {
    expect(read(`${line}#${sign(line)}`)).toMatchObject([{ paths: ["/a"] }]);
  });
});

describe("fuzzing", () => {
  const count = process.env.FIRSTLIGHT_LONG === "1" ? 1_000_000 : 30_000;
  test(`${count} damaged datagrams: no exception, each counted at least once`, () => {
    const random = seeded(7);
    const good = `{"v":1,"t":${T},"p":["/a","/b"],"r":"weur"}\n{"jpg":"a.jpg","http_endpoint":"es.x","timestamp":1.5}\n`;
    const reader = new DatagramReader({ places, key: KEY, format: "webp", secret: null });
    let calls = 0;
    let hints = 0;
    const sink = {
      hint: (r: ScannedHint) => {
        calls++;
        hints++;
        for (let i = 0; i < r.count; i++) {
          const path = JSON.parse(`"${reader.path(r.starts[i] as number, r.ends[i] as number)}"`) as string;
          if (!/^\/[!-~]*$/.test(path)) expect.fail(`path ${JSON.stringify(path)}`);
        }
        if (!(r.time > 0 && Number.isFinite(r.time) && r.region >= 0 && r.format >= 0)) expect.fail("invalid fields");
      },
      reject: () => calls++,
      flush: () => {},
    };
    const started = performance.now();
    for (let n = 0; n < count; n++) {
      const bytes =
        random() < 0.3
          ? Buffer.alloc(Math.floor(random() * 64))
          : Buffer.from(good.slice(0, 1 + random() * good.length));
      const damage = 1 + Math.floor(random() * 4);
      for (let i = 0; i < damage && bytes.length > 0; i++) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      const before = calls;
      bytes.copy(reader.slotMemory);
      reader.read(0, bytes.length, sink);
      if (calls === before) expect.fail(`not counted: ${JSON.stringify(bytes.toString("latin1"))}`);
    }
    expect(hints).toBeGreaterThan(count / 100);
    expect(performance.now() - started).toBeLessThan(count / 5);
  }, 240_000);
});
