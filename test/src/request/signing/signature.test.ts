import { describe, expect, test } from "vitest";
import { fromBase64url, textFromBase64url, toBase64url } from "../../../../src/request/signing/base64url.ts";
import { equalBytes, isSigned, signPath } from "../../../../src/request/signing/signature.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const DOCS = { key: bytes("secret"), salt: bytes("hello") };
const TESTS = { key: bytes("test-key"), salt: bytes("test-salt") };

const KNOWN = [
  [
    DOCS,
    "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png",
    "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8",
  ],
  [TESTS, "/rs:fill:4:4/plain/local:///test1.png", "My9d3xq_PYpVHsPrCyww0Kh1w5KZeZhIlWhsa4az1TI"],
] as const;

describe("known answers", () => {
  test.each(KNOWN)("%# signs as imgproxy does", async (pair, path, signature) => {
    expect(await signPath(path, pair)).toBe(signature);
    expect(await isSigned(signature, path, [pair], 32)).toBe(true);
  });
});

describe("isSigned", () => {
  const [pair, path, signature] = KNOWN[0];
  test("any pair may sign, in any order", async () => {
    expect(await isSigned(signature, path, [TESTS, pair], 32)).toBe(true);
    expect(await isSigned(signature, path, [pair, TESTS], 32)).toBe(true);
  });
  test("key of one pair with the salt of another does not", async () => {
    expect(await isSigned(signature, path, [{ key: pair.key, salt: TESTS.salt }], 32)).toBe(false);
  });
  test("no pairs, no signature", async () => expect(await isSigned(signature, path, [], 32)).toBe(false));
  test("padding is tolerated", async () => expect(await isSigned(`${signature}=`, path, [pair], 32)).toBe(true));
  test("a truncated signature needs its size configured", async () => {
    const half = await signPath(path, pair, 16);
    expect(await isSigned(half, path, [pair], 16)).toBe(true);
    expect(await isSigned(half, path, [pair], 32)).toBe(false);
    expect(await isSigned(signature, path, [pair], 16)).toBe(false);
  });
  test.each([
    ["empty", ""],
    ["another spelling of the same bytes", `${signature.slice(0, -1)}9`],
    ["a byte more", `${signature}AA`],
    ["the other alphabet", signature.replace("_", "/")],
    ["a space", `${signature} `],
  ])("%s is refused", async (_, text) => expect(await isSigned(text, path, [pair], 32)).toBe(false));
});

describe("base64url", () => {
  test.each([[[]], [[0]], [[255, 254]], [[0, 16, 131]], [[251, 255, 191, 1]]])("%j survives the round trip", (list) => {
    expect([...(fromBase64url(toBase64url(Uint8Array.from(list))) ?? [])]).toEqual(list);
  });
  test.each(["A", "AB", "AAB", "A+A=", "AA/A", "AA==A", "A===", "AA A", "ÄAAA"])(
    "%j is not the one spelling",
    (text) => {
      expect(fromBase64url(text)).toBeNull();
    },
  );
  test.each(["AA", "AA==", "AAA", "AAA="])("%j is", (text) => expect(fromBase64url(text)).not.toBeNull());
  test("text must be UTF-8", () => {
    expect(textFromBase64url(toBase64url(bytes("bücher")))).toBe("bücher");
    expect(textFromBase64url(toBase64url(Uint8Array.of(0xff)))).toBeNull();
  });
});

test.each([
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[1, 2], [0, 2], false],
  [[1], [1, 2], false],
  [[], [], true],
])("equalBytes(%j, %j) is %s", (a, b, expected) => {
  expect(equalBytes(Uint8Array.from(a), Uint8Array.from(b))).toBe(expected);
});
