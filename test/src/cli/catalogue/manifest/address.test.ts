import { describe, expect, test } from "vitest";
import { Address } from "../../../../../src/cli/catalogue/manifest/address.ts";
import { canonicalSource } from "../../../../../src/request/source/canonicalSource.ts";
import { choices } from "../../../../support/seeded.ts";

function find(text: string) {
  const address = new Address();
  // Bytes before and behind it must not matter.
  const bytes = Buffer.from(`x/${text}/y`);
  const wrong = address.find(bytes, 2, bytes.length - 2);
  const host = Buffer.from(address.bytes.subarray(address.hostStart, address.hostEnd)).toString();
  return wrong ?? { url: address.text(), host };
}

describe("an address", () => {
  test.each([
    ["https://a.test/x.jpg", "a.test", "https://a.test/x.jpg"],
    [
      "http://live.staticflickr.com/1/2_a_b.jpg?x=/../y",
      "live.staticflickr.com",
      "http://live.staticflickr.com/1/2_a_b.jpg?x=/../y",
    ],
    ["HTTPS://A.Test/x", "a.test", "https://a.test/x"],
    ["https://a.test", "a.test", "https://a.test/"],
    ["https://a.test/x#top", "a.test", "https://a.test/x"],
    ["https://a.test/a/../b", "a.test", "https://a.test/b"],
    ["https://a.test/a/%2e%2E/b", "a.test", "https://a.test/b"],
    ["https://a.test:443/x", "a.test", "https://a.test/x"],
    ["https://a.test:8443/x", "a.test:8443", "https://a.test:8443/x"],
    ["https://u:p@a.test/x", "a.test", "https://u:p@a.test/x"],
    ["https://a.test/u@b/x", "a.test", "https://a.test/u@b/x"],
    ["https://bücher.test/ä b", "xn--bcher-kva.test", "https://xn--bcher-kva.test/%C3%A4%20b"],
    ["http://0x7f.1/x", "127.0.0.1", "http://127.0.0.1/x"],
    ["http://[::1]:80/x", "[::1]", "http://[::1]/x"],
    ["  https://a.test/x  ", "a.test", "https://a.test/x"],
    ["//a.test/x", "a.test", "https://a.test/x"],
    [
      "d1lfxha3ugu3d4.cloudfront.net/images/x.jpg",
      "d1lfxha3ugu3d4.cloudfront.net",
      "https://d1lfxha3ugu3d4.cloudfront.net/images/x.jpg",
    ],
  ])("%s: %s", (text, host, url) => expect(find(text)).toEqual({ url, host }));

  test.each([
    ["", "url-missing"],
    ["x.jpg", "url-invalid"],
    ["/x.jpg", "url-invalid"],
    ["ftp://a.test/x", "url-invalid"],
    ["javascript:alert(1)", "url-invalid"],
    ["https://", "url-invalid"],
    ["https://a.test:99999/x", "url-invalid"],
    ["https://a b.test/x", "url-invalid"],
    ["https://a.test/\ufffd", "no-utf8"],
    [
      `https://${"a.".repeat(148)}test/x`,
      { url: `https://${"a.".repeat(148)}test/x`, host: `${"a.".repeat(148)}test` },
    ],
    [`https://${"a.".repeat(148)}atest/x`, "url-invalid"],
    [`https://${"a.".repeat(148)}test:8080/x`, "url-invalid"],
    [`https://a.test/${"x".repeat(2_985)}`, { url: `https://a.test/${"x".repeat(2_985)}`, host: "a.test" }],
    [`https://a.test/${"x".repeat(2_986)}`, "url-too-long"],
    [`https://a.test/${"日".repeat(2_986)}`, "url-too-long"],
    [`https://a.test/${"日".repeat(1_000)}`, "url-too-long"],
  ])("%#: what is no address, or too long", (text, expected) => expect(find(text)).toEqual(expected));
});

test("whatever the bytes say, it is what URL parsing says", () => {
  const { below, pick } = choices(4);
  const PIECES = [
    "https://",
    "http://",
    "HTTP://",
    "a.test",
    "b-c.test",
    "xn--a",
    "a--b.test",
    "1.2",
    "0x1",
    "1.test",
    "a_b.test",
  ].concat([
    "/",
    "//",
    ".",
    "..",
    "/.",
    "%2e",
    "?",
    "#",
    ":80",
    ":443",
    ":8080",
    "@",
    "\\",
    " ",
    "'",
    "|",
    "^",
    "é",
    "[",
    "x.jpg",
  ]);
  let found = 0;
  const wrong: unknown[] = [];
  for (let round = 0; round < 4_000; round++) {
    const text = pick(PIECES.slice(0, 3)) + Array.from({ length: 1 + below(6) }, () => pick(PIECES)).join("");
    const here = find(text);
    const url = URL.parse(text);
    const isAddress = url !== null && /^https?:$/.test(url.protocol);
    const expected = isAddress ? { url: canonicalSource(text), host: url.host } : null;
    if (typeof here !== "string") found++;
    const isSame = typeof here === "string" ? !isAddress : here.url === expected?.url && here.host === expected.host;
    if (!isSame) wrong.push({ text, here, expected });
  }
  expect(wrong).toEqual([]);
  expect(found).toBeGreaterThan(1_000);
});
