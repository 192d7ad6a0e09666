import { describe, expect, test } from "vitest";
import { HintScanner } from "../../../warmer/hint/hintScanner.ts";
import { type ParsedHint, parseHint } from "../../../warmer/hint/parseHint.ts";
import { FORMATS } from "../../../warmer/hint/protocol.ts";
import { DEPLOYED, KEY, places, read, type Seen, seenOf } from "../../support/reading.ts";
import { seeded } from "../../support/warmer.ts";

const T = 1_763_760_000_123;

/**
 * The number of bytes that the scanner accepts of a line in the first slot. -1 if it leaves the line to JSON.parse.
 */
function taken(scanner: HintScanner, line: string): number {
  const next = scanner.scan(scanner.slotMemoryStart, scanner.slotMemoryStart + scanner.slotMemory.write(line));
  return next < 0 ? -1 : next - scanner.slotMemoryStart;
}

describe("the scanner and JSON.parse", () => {
  /** Lines near the format: usual spellings, unusual spellings, and damaged ones. */
  function randomLine(random: () => number): string {
    const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
    const path = () =>
      random() < 0.8
        ? "/a/b.jpg@webp"
        : pick("/", "/a", "/a/b.jpg@webp", "/x%20y", '/q"', "/b\\s", "a", "", "/ä", "/a b", "/\u007f");
    const text = (value: string) =>
      random() < 0.9 ? JSON.stringify(value) : JSON.stringify(value).replace("/", "\\/");
    const space = () => (random() < 0.9 ? "" : pick(" ", "  ", "\t"));
    const number = () =>
      random() < 0.7
        ? "1763760000123"
        : pick(
            "1763760000123",
            "1763760000123.25",
            "1763760000.123456",
            "0",
            "01",
            "1.",
            "-1",
            "1e3",
            "9007199254740993",
            "123456789.12345678901",
            "0.5",
            "true",
          );
    const place = () =>
      random() < 0.7
        ? '"r":"weur"'
        : pick(
            '"r":"weur"',
            '"r":"oc"',
            '"r":"mars"',
            '"c":"ES"',
            '"c":"e"',
            '"k":"EU"',
            '"colo":"mad"',
            '"colo":7',
            '"r":"we\\u0075r"',
          );
    const fields = [
      random() < 0.9 ? '"v":1' : pick('"v":1.0', '"v":2', '"v":10'),
      `"t":${space()}${number()}`,
      `"p":${space()}${random() < 0.5 ? text(path()) : `[${[path(), path()].map(text).join(`,${space()}`)}]`}`,
      place(),
    ];
    if (random() < 0.3) fields.push(`"f":${text(pick("webp", "avif", "base", "gif"))}`);
    if (random() < 0.3) fields.push(`"s":${text(pick("api-1", "", "ä", "x y"))}`);
    if (random() < 0.1) fields.push(pick('"x":null', '"v":1', '"p":"/z"', '"__proto__":{}', '"pp":"/a"', '"":1'));
    if (random() < 0.1) fields.splice(Math.floor(random() * fields.length), 1);
    if (random() < 0.3) fields.sort(() => random() - 0.5);
    const own = `{${fields.join(`,${space()}`)}}`;
    const flickr = `{"jpg":${space()}${text(pick("a.jpg", "/a.jpg", "", "ä", "7/1_z.jpg"))},"http_endpoint":"${pick("es.www", "sg", "xx", "")}","timestamp":${number()}}`;
    const line = random() < 0.8 ? own : flickr;
    if (random() < 0.8) return line;
    const at = Math.floor(random() * line.length);
    return (
      line.slice(0, at) +
      pick("", '"', "}", ",", "\\", "\u0000", "é", " ", "\v", "\u00a0", "\ufeff") +
      line.slice(at + Math.floor(random() * 2))
    );
  }

  test("agree on every line that the scanner accepts: 100 000 seeded lines near the format", () => {
    const random = seeded(20261121);
    const scanner = new HintScanner(places, KEY, "webp");
    let scanned = 0;
    let slow = 0;
    for (let n = 0; n < 100_000; n++) {
      const line = randomLine(random);
      if (taken(scanner, line) !== Buffer.byteLength(line)) {
        slow++;
        continue;
      }
      scanned++;
      const r = scanner.hint;
      const parsed = parseHint(line) as ParsedHint;
      const value = Buffer.from(parsed.place.value);
      const region = DEPLOYED[places.lookup(parsed.place.kind, value, 0, value.length)];
      scanner.finish();
      const got = seenOf(r, (i) => scanner.memory.toString("latin1", r.starts[i], r.ends[i]));
      const { time, paths, format = "webp" } = parsed;
      const expected = { time, region, format, paths, keys: got.keys };
      // JSON.parse gives the same keys (the scanner does not accept a leading space).
      const slowly = read(` ${line}`);
      const [one, two, three] = [expected, got, slowly[0]].map((seen) => JSON.stringify(seen));
      if (one !== two || two !== three) expect.fail(`${line}\n${one}\n${two}\n${three}`);
    }
    // The test is useful only if both ways are taken often.
    expect(scanned).toBeGreaterThan(10_000);
    expect(slow).toBeGreaterThan(20_000);
  });

  test("the scanner accepts lines in the usual spelling", () => {
    const scanner = new HintScanner(places, KEY, "webp");
    const lines = [
      `{"v":1,"t":${T},"p":"/a","r":"weur"}`,
      `{"v": 1, "t": ${T}, "p": ["/a", "/b"], "c": "ES", "f": "avif", "s": "api-1"}`,
      '{"jpg": "7372/1_z.jpg", "http_endpoint": "es.www.flickr.com", "timestamp": 1763760000.123456}',
    ];
    for (const line of lines) expect(taken(scanner, line)).toBe(line.length);
  });

  test("the key depends only on path, region and format", () => {
    const key = (line: string) => (read(line)[0] as Seen).keys[0];
    const base = key(`{"v":1,"t":${T},"p":"/a","r":"weur"}`);
    expect(key(`{"v":1,"t":5,"p":"/a","c":"ES","f":"webp"}`)).toBe(base);
    expect(key(`{"v":1,"t":${T},"p":"/b","r":"weur"}`)).not.toBe(base);
    expect(key(`{"v":1,"t":${T},"p":"/a","r":"apac"}`)).not.toBe(base);
    expect(key(`{"v":1,"t":${T},"p":"/a","r":"weur","f":"base"}`)).not.toBe(base);
  });

  test("200 000 similar paths have 200 000 keys", () => {
    const keys = new Set<string>();
    for (let n = 0; n < 2_000; n++) {
      const paths = Array.from({ length: 100 }, (_, i) => `"/${n}/${i}"`).join();
      for (const key of (read(`{"v":1,"t":${T},"p":[${paths}],"r":"weur"}`)[0] as Seen).keys) keys.add(key);
    }
    expect(keys.size).toBe(200_000);
  });

  test("keys are SipHash-1-3 of salt and path, as in the paper", () => {
    const scanner = new HintScanner(places, KEY, "webp");
    for (const length of [1, 2, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000]) {
      const path = `/${"abcdefghij".repeat(100).slice(0, length - 1)}`;
      expect(taken(scanner, `{"v":1,"t":${T},"p":"${path}","r":"apac","f":"base"}`)).toBeGreaterThan(0);
      scanner.finish();
      const { keyLow, keyHigh, region, format } = scanner.hint;
      const salted = Buffer.concat([Buffer.alloc(8), Buffer.from(path)]);
      salted.writeUInt32LE(region * FORMATS.length + format);
      const hash = sipHash13(salted, ...KEY);
      expect([keyLow[0], keyHigh[0]]).toEqual([
        Number(BigInt.asIntN(32, hash)),
        Number(BigInt.asIntN(32, hash >> 32n)),
      ]);
    }
  });

  const names = ["v", "t", "p", "r", "c", "k", "colo", "f", "s", "jpg", "http_endpoint", "timestamp"];
  test.each(names)("accepts the name %s, and leaves a name with one different byte to JSON.parse", (name) => {
    const scanner = new HintScanner(places, KEY, "webp");
    const own = { v: 1, t: T, p: "/a", r: "weur" };
    const flickr = { jpg: "a.jpg", http_endpoint: "es.www", timestamp: 1.5 };
    const fields: Record<string, string | number> = names.indexOf(name) < names.indexOf("jpg") ? own : flickr;
    if (name.length === 1 && "ck".includes(name)) delete fields.r;
    if (name === "colo") delete fields.r;
    const value = { c: "ES", k: "EU", colo: "MAD", f: "avif", s: "api-1" }[name] ?? fields[name] ?? "";
    fields[name] = value;
    const line = JSON.stringify(fields);
    expect(taken(scanner, line)).toBe(line.length);
    for (let i = 0; i < name.length; i++) {
      const other = `${name.slice(0, i)}x${name.slice(i + 1)}`;
      expect(taken(scanner, line.replace(`"${name}":`, `"${other}":`))).toBe(-1);
    }
    expect(taken(scanner, line.replace(`"${name}":`, `"${name}${name}":`))).toBe(-1);
  });

  test("a hint that ends in bytes of an earlier datagram is not accepted", () => {
    const scanner = new HintScanner(places, KEY, "webp");
    const line = `{"v":1,"t":${T},"p":["/a","/b"],"r":"weur","s":"api-1"}`;
    for (let length = 0; length < line.length; length++) {
      scanner.slotMemory.write(line);
      expect(scanner.scan(scanner.slotMemoryStart, scanner.slotMemoryStart + length)).toBe(-1);
    }
    expect(taken(scanner, line)).toBe(line.length);
  });
});

/** SipHash-1-3: one round for each word and three at the end, written from the paper. */
function sipHash13(bytes: Buffer, key0: bigint, key1: bigint): bigint {
  const mask = (1n << 64n) - 1n;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
  let [v0, v1, v2, v3] = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  [v0, v1, v2, v3] = [v0 ^ key0, v1 ^ key1, v2 ^ key0, v3 ^ key1];
  const round = () => {
    v0 = (v0 + v1) & mask;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const padded = Buffer.alloc((Math.floor(bytes.length / 8) + 1) * 8);
  bytes.copy(padded);
  padded[padded.length - 1] = bytes.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    round();
    v0 ^= word;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 3; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}
