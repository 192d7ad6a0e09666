import { describe, expect, test } from "vitest";
import { build, ENDPOINT, failure, read, SOURCE, unsigned } from "../../../support/imgproxyRequests.ts";

describe("standard base64 and base64url are one source", () => {
  /** Sources whose text has every digit of base64, `?` and `~` at each of the three places among them. */
  const sources = ["", "a", "ab"].flatMap((shift) => [
    `https://example.org/${shift}?w=1&h=2`,
    `https://example.org/${shift}~me/a.jpg?x=>>>???`,
    `https://example.org/${shift}a?`,
    `https://example.org/${shift}/a.jpg?b=%C3%BF&c=\u00ff\u00fe\u00ffo`,
  ]);
  const standard = (text: string) => Buffer.from(text).toString("base64");
  const escaped = (text: string) => encodeURIComponent(standard(text));
  const spellings = [
    ["standard", standard],
    ["standard, without padding", (text: string) => standard(text).replaceAll("=", "")],
    ["standard, escaped", escaped],
    ["standard, escaped in lower case", (text: string) => escaped(text).replaceAll(/%../g, (hex) => hex.toLowerCase())],
    ["standard, with a line end", (text: string) => `${escaped(`${text}\n`)}%0A`],
  ] as const;
  test("some of them hold both digits that differ", () => {
    expect(sources.filter((source) => standard(source).includes("/")).length).toBeGreaterThan(3);
    expect(sources.filter((source) => standard(source).includes("+")).length).toBeGreaterThan(1);
  });
  test.each(spellings)("%s", async (_, spell) => {
    for (const source of sources) {
      const { source: expected } = await unsigned(`/w:10/${Buffer.from(source).toString("base64url")}`);
      for (const [tail, filename] of [
        ["", null],
        ["/photo.jpg", "photo.jpg"],
      ] as const) {
        const request = await unsigned(`/w:10/${spell(source)}${tail}`);
        // A `?` with nothing behind it may be lost: as the last digit its slash looks like a cut.
        const same = request.source === expected || (source.endsWith("?") && `${request.source}?` === expected);
        expect([source, tail, request.source, same]).toEqual([source, tail, request.source, true]);
        expect(request.delivery.filename).toBe(filename);
      }
    }
  });

  test("any source in any spelling (seeded)", async () => {
    let state = 9;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * below);
    };
    const letters = "abcxyz019-_.~!$&'()*+,;=:@/?>%20";
    for (let i = 0; i < 1_000; i++) {
      const text = Array.from({ length: 1 + random(60) }, () => letters[random(letters.length)]).join("");
      const source = `https://example.org/${text}`;
      if (source.endsWith("?")) continue;
      const { source: expected } = await unsigned(`/${Buffer.from(source).toString("base64url")}`);
      for (const [name, spell] of spellings) {
        expect([name, source, (await unsigned(`/${spell(source)}`)).source]).toEqual([name, source, expected]);
      }
    }
  });

  test("a signature is read strictly all the same", async () => {
    const url = build({ width: 10 });
    const signature = url.slice(ENDPOINT.length + 1).split("/")[0] ?? "";
    expect((await read(url)).source).toBe(SOURCE);
    for (const other of [`${signature}%0A`, `${signature}\n`.replaceAll("\n", "%0a"), `${signature} `]) {
      expect((await failure(read(url.replace(signature, other)))).reason).toBe("signature_invalid");
    }
    // One whose text has a digit that the alphabets write differently.
    for (let i = 0; i < 50; i++) {
      const one = build({ width: 10 + i });
      const [text = ""] = one.slice(ENDPOINT.length + 1).split("/");
      const standardText = text.replaceAll("-", "+").replaceAll("_", "%2F");
      if (standardText === text) continue;
      expect((await failure(read(one.replace(text, standardText)))).reason).toBe("signature_invalid");
    }
  });
});
