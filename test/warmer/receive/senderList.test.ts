import { describe, expect, test } from "vitest";
import { cidrs } from "../../../warmer/config/parsers.ts";
import { parseCidr, SenderList } from "../../../warmer/receive/senderList.ts";

const list = (text: string) => new SenderList(cidrs(text), 1n);

describe("SenderList", () => {
  const rows = [
    ["127.0.0.0/8", "127.0.0.1", true],
    ["127.0.0.0/8", "127.255.255.255", true],
    ["127.0.0.0/8", "128.0.0.0", false],
    ["127.0.0.0/8", "126.255.255.255", false],
    ["127.0.0.0/8", "::ffff:127.0.0.1", true],
    ["127.0.0.0/8", "::1", false],
    ["::1/128", "::1", true],
    ["::1/128", "::2", false],
    ["fd00::/8", "fd12::7%eth0", true],
    ["fd00::/8", "fe00::", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3", "10.1.2.4", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["127.0.0.0/8", "no address", false],
  ] as const;
  test.each(rows)("%s and %s: %s", (cidr, address, allowed) => {
    const senders = list(cidr);
    // Asks twice: the second result comes from the cache.
    expect([senders.identify(address) !== 0, senders.identify(address) !== 0]).toEqual([allowed, allowed]);
  });
  test("an address always has the same number, another address another one, and both forms of IPv4 agree", () => {
    const senders = list("10.0.0.0/8");
    expect(senders.identify("10.0.0.1")).toBe(senders.identify("::ffff:10.0.0.1"));
    expect(senders.identify("10.0.0.1")).not.toBe(senders.identify("10.0.0.2"));
    expect(senders.identifyIPv4(0x0a000001)).toBe(senders.identify("10.0.0.1"));
    expect(senders.identifyIPv4(0xc0000001)).toBe(0);
  });
  test("20 000 forged addresses do not grow the cache for ever, and change no result", () => {
    const senders = list("10.0.0.0/16");
    const before = senders.identify("10.0.0.1");
    for (let n = 0; n < 20_000; n++) senders.identify(`192.168.${n >> 8}.${n & 255}`);
    expect(senders.identify("10.0.0.1")).toBe(before);
  });
});

describe("parseCidr", () => {
  const rows = [
    ["10.0.0.0/8", { address: "10.0.0.0", prefix: 8, family: "ipv4" }],
    ["10.0.0.1", { address: "10.0.0.1", prefix: 32, family: "ipv4" }],
    ["10.0.0.0/0", { address: "10.0.0.0", prefix: 0, family: "ipv4" }],
    ["10.0.0.0/33", undefined],
    ["::1", { address: "::1", prefix: 128, family: "ipv6" }],
    ["::/129", undefined],
    ["10.0.0/8", undefined],
    ["host.example.org", undefined],
    ["10.0.0.0/", undefined],
    ["", undefined],
  ] as const;
  test.each(rows)("%s", (text, expected) => {
    expect(parseCidr(text)).toEqual(expected);
  });
});
