import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isLoopback, parseAddress, refusedRange } from "../../../src/policy/address.ts";

/** deny: first and last of the range; allow: the neighbours outside it that are public. */
const BOUNDARIES = [
  { name: "this network", deny: ["0.0.0.0", "0.255.255.255"], allow: ["1.0.0.0"] },
  { name: "private 10/8", deny: ["10.0.0.0", "10.255.255.255"], allow: ["9.255.255.255", "11.0.0.0"] },
  { name: "CGNAT", deny: ["100.64.0.0", "100.127.255.255"], allow: ["100.63.255.255", "100.128.0.0"] },
  { name: "loopback", deny: ["127.0.0.0", "127.255.255.255"], allow: ["126.255.255.255", "128.0.0.0"] },
  { name: "link-local", deny: ["169.254.0.0", "169.254.255.255"], allow: ["169.253.255.255", "169.255.0.0"] },
  { name: "private 172.16/12", deny: ["172.16.0.0", "172.31.255.255"], allow: ["172.15.255.255", "172.32.0.0"] },
  { name: "IETF 192.0.0/24", deny: ["192.0.0.0", "192.0.0.255"], allow: ["191.255.255.255", "192.0.1.0"] },
  { name: "documentation 1", deny: ["192.0.2.0", "192.0.2.255"], allow: ["192.0.1.255", "192.0.3.0"] },
  { name: "6to4 relay", deny: ["192.88.99.0", "192.88.99.255"], allow: ["192.88.98.255", "192.88.100.0"] },
  { name: "private 192.168/16", deny: ["192.168.0.0", "192.168.255.255"], allow: ["192.167.255.255", "192.169.0.0"] },
  { name: "benchmarking", deny: ["198.18.0.0", "198.19.255.255"], allow: ["198.17.255.255", "198.20.0.0"] },
  { name: "documentation 2", deny: ["198.51.100.0", "198.51.100.255"], allow: ["198.51.99.255", "198.51.101.0"] },
  { name: "documentation 3", deny: ["203.0.113.0", "203.0.113.255"], allow: ["203.0.112.255", "203.0.114.0"] },
  { name: "multicast", deny: ["224.0.0.0", "239.255.255.255"], allow: ["223.255.255.255"] },
  { name: "reserved and broadcast", deny: ["240.0.0.0", "255.255.255.254", "255.255.255.255"], allow: [] },
  { name: "unspecified, loopback", deny: ["::", "::1", "::2", "::1:0:0:0:1"], allow: [] },
  { name: "IPv4-compatible", deny: ["::127.0.0.1", "::8.8.8.8", "::ffff:ffff", "::1:0:0"], allow: [] },
  {
    name: "IPv4-mapped, judged by what it carries",
    deny: [
      "::ffff:0.0.0.0",
      "::ffff:10.0.0.1",
      "::ffff:172.31.255.255",
      "::ffff:7fff:ffff",
      "::ffff:ffff:ffff",
      "::fffe:ffff:ffff",
    ],
    allow: ["::ffff:8.8.8.8", "::ffff:172.32.0.0", "::ffff:100.128.0.0"],
  },
  {
    name: "SIIT, refused whole",
    deny: ["::ffff:0:0:0", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "::ffff:0:ffff:ffff", "::ffff:1:0:0"],
    allow: [],
  },
  {
    name: "NAT64 well-known, judged by what it carries",
    deny: ["64:ff9b::", "64:ff9b::169.254.169.254", "64:ff9b::100.127.255.255", "64:ff9b::192.168.0.0"],
    allow: ["64:ff9b::8.8.8.8", "64:ff9b::100.128.0.0", "64:ff9b::192.169.0.0"],
  },
  {
    name: "NAT64 local use, refused whole in every RFC 6052 layout",
    deny: ["64:ff9b:1::", "64:ff9b:1:a00:0:100::", "64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
    allow: [],
  },
  {
    name: "6to4: the router itself by what it carries, hosts behind it refused",
    deny: ["2002::", "2002:a00:1::", "2002:7f00:1::", "2002:808:808::1", "2002:808:808:1::", "2002:ffff:ffff::"],
    allow: ["2002:808:808::", "2003::", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  },
  {
    name: "Teredo, ORCHID and the rest of 2001::/23",
    deny: [
      "2001::",
      "2001:0:4136:e378:8000:63bf:3fff:fdd2",
      "2001:2::1",
      "2001:10::1",
      "2001:2f:ffff::1",
      "2001:1ff:ffff::1",
    ],
    allow: ["2001:200::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  },
  {
    name: "ISATAP under a public prefix",
    deny: ["2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1", "2606:4700::200:5efe:8.8.8.8"],
    allow: ["2606:4700::100:5efe:a00:1", "2606:4700::5eff:a00:1", "2606:4700::1:5efe:a00:1"],
  },
  {
    name: "documentation 2001:db8::/32",
    deny: ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    allow: ["2001:db7:ffff::1", "2001:db9::"],
  },
  { name: "documentation 3fff::/20", deny: ["3fff::", "3fff:fff:ffff::1"], allow: ["3ffe:ffff::1", "3fff:1000::"] },
  {
    name: "around NAT64: only the test vectors' neighbour",
    deny: ["64:ff9b:2::", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "64:ff9a:ffff::1", "64:ff9c::1:0:0:1", "64:ff9d::1"],
    allow: ["64:ff9c::", "64:ff9c::ffff:ffff"],
  },
  {
    name: "discard and dummy",
    deny: ["100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::", "100:0:0:2::", "101:1::", "101::1", "1::1"],
    allow: [],
  },
  {
    name: "not assigned, below global unicast",
    deny: ["200::", "3ff:ffff::1", "400::1", "7ff:ffff::1", "800::1", "fff:ffff::1", "1000::1", "1fff:ffff::1"],
    allow: ["2000::", "2000::1"],
  },
  { name: "not assigned, low half", deny: ["4000::", "7fff:ffff::1", "5f00::1"], allow: ["3fff:ffff::1"] },
  {
    name: "not assigned, high half",
    deny: ["8000::", "bfff::1", "c000::", "e000::", "f000::", "f800::", "fbff::1"],
    allow: [],
  },
  { name: "unique local", deny: ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], allow: [] },
  { name: "above unique local", deny: ["fe00::", "fe7f:ffff::1"], allow: [] },
  { name: "link-local v6", deny: ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], allow: [] },
  { name: "site-local", deny: ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], allow: [] },
  { name: "multicast v6", deny: ["ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], allow: [] },
  {
    name: "ordinary public",
    deny: [],
    allow: ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"],
  },
] as const;

describe("refusedRange, both sides of every boundary", () => {
  for (const { name, deny, allow } of BOUNDARIES) {
    test.each(deny)(`${name}: %s refused`, (text) => expect(rangeOf(text)).toEqual(expect.any(String)));
    if (allow.length > 0) test.each(allow)(`${name}: %s public`, (text) => expect(rangeOf(text)).toBeNull());
  }
});

describe("what WHATWG URL parsing makes of a host", () => {
  test.each([
    ["http://2130706433/", "127.0.0.1"],
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://0177.0.0.01/", "127.0.0.1"],
    ["http://127.1/", "127.0.0.1"],
    ["http://0xa9fea9fe/", "169.254.169.254"],
    ["http://127.0.0.1./", "127.0.0.1"],
    ["http://%31%32%37.0.0.1/", "127.0.0.1"],
    ["http://１２７。０。０。１/", "127.0.0.1"],
    ["http://[0:0:0:0:0:ffff:127.0.0.1]/", "::ffff:7f00:1"],
    ["http://[::FFFF:A9FE:A9FE]/", "::ffff:a9fe:a9fe"],
  ])("%s is the refused %s", (url, address) => {
    const { hostname } = new URL(url);
    expect(parseAddress(hostname)).toEqual(parseAddress(address));
    expect(rangeOf(hostname)).toEqual(expect.any(String));
  });
});

describe("parseAddress", () => {
  test.each(["example.org", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.04x", "", "1..2.3"])("%s is a name", (text) => {
    expect(parseAddress(text)).toBeNull();
  });
  test.each([
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::12345",
    "[::1",
    "::1.2.3",
    "1.2.3.4::",
  ])("%s is no address", (text) => expect(parseAddress(text)).toBeNull());
  test.each([
    ["::", 0, 0],
    ["1::", 1, 1],
    ["[1:2:3:4:5:6:7:8]", 14, 0],
    ["1:2:3:4:5:6:1.2.3.4", 12, 1],
    ["::ab", 15, 0xab],
  ])("%s byte %i is %i", (text, index, byte) => expect(parseAddress(text)?.[index as number]).toBe(byte));
});

test.each([
  ["127.0.0.1", true],
  ["127.255.255.255", true],
  ["::1", true],
  ["::ffff:127.0.0.9", true],
  ["126.255.255.255", false],
  ["0.0.0.0", false],
  ["::2", false],
  ["::127.0.0.1", false],
])("isLoopback(%s) is %s", (text, expected) => {
  const address = parseAddress(text);
  expect(address !== null && isLoopback(address)).toBe(expected);
});

const VECTORS = new URL("../../../../shared/vectors/addresses.tsv", import.meta.url);
if (!existsSync(VECTORS)) console.log("address vectors: absent, 0 rows");
describe.skipIf(!existsSync(VECTORS))("shared vectors", () => {
  const rows = existsSync(VECTORS) ? readFileSync(VECTORS, "utf8").trim().split("\n").slice(1) : [];
  test.each(rows.map((row) => row.split("\t")))("%s: %s", (text = "", verdict) => {
    expect(rangeOf(text) === null ? "allow" : "deny").toBe(verdict);
  });
});

test("outside 2000::/3 no IPv6 address is public, save what carries a public IPv4 address (seeded)", () => {
  let state = 5;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >>> 15;
  };
  const isOfMapping = (bytes: Uint8Array) => {
    const head = Array.from(bytes.subarray(0, 12)).join(" ");
    return head === "0 0 0 0 0 0 0 0 0 0 255 255" || head === "0 100 255 155 0 0 0 0 0 0 0 0";
  };
  const isBesideNat64 = (bytes: Uint8Array) =>
    Array.from(bytes.subarray(0, 12)).join(" ") === "0 100 255 156 0 0 0 0 0 0 0 0";
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 200_000 : 20_000;
  let [inside, outside] = [0, 0];
  for (let i = 0; i < rounds; i++) {
    // Zeros are common in what is special, so half of the bytes are.
    const bytes = Uint8Array.from({ length: 16 }, () => (random() % 2 === 0 ? 0 : random() & 255));
    const isGlobalUnicast = (bytes[0] ?? 0) >> 5 === 1;
    if (isGlobalUnicast) inside++;
    else outside++;
    if (isGlobalUnicast || isOfMapping(bytes) || isBesideNat64(bytes)) continue;
    expect([Array.from(bytes).join("."), refusedRange(bytes)]).toEqual([expect.any(String), expect.any(String)]);
  }
  expect([inside > rounds / 100, outside > rounds / 2]).toEqual([true, true]);
});

test.each(["[1::1]", "[101::1]", "[::1:0:0]", "[5f00::1]", "[e000::1]", "[0:ffff::1]", "[1fff:ffff::1]"])(
  "as a URL writes it: %s is not global unicast",
  (hostname) => {
    expect(rangeOf(new URL(`http://${hostname}/`).hostname)).toContain("not global unicast");
  },
);

function rangeOf(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return refusedRange(address);
}
