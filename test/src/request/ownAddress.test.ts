import { describe, expect, it } from "vitest";
import { ownAddress } from "../../../src/request/ownAddress.ts";

describe("ownAddress", () => {
  const rows = [
    ["https://img.example.org/a/https://b/c", "https://img.example.org", "img.example.org", true, false],
    ["https://img.example.org:8443/?x=/", "https://img.example.org:8443", "img.example.org:8443", true, false],
    ["http://img.example.org/a", "http://img.example.org", "img.example.org", false, false],
    ["https://img.example.org", "https://img.example.org", "img.example.org", true, false],
    ["http://127.0.0.1:8787/", "http://127.0.0.1:8787", "127.0.0.1:8787", false, true],
    ["http://[::1]:1/", "http://[::1]:1", "[::1]:1", false, true],
    ["https://queue.invalid/", "https://queue.invalid", "queue.invalid", true, false],
  ] as const;
  // Each twice: the second is the one that was kept, and then another comes.
  it.each(rows)("%s", (url, origin, host, secure, loopback) => {
    for (let i = 0; i < 2; i++) expect(ownAddress(url)).toMatchObject({ origin, host, secure, loopback });
    expect(ownAddress("https://other.example/").host).toBe("other.example");
  });

  it("a text that is no URL throws", () => {
    expect(() => ownAddress("img.example.org/a")).toThrow(TypeError);
  });
});
