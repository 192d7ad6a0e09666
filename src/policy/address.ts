/**
 * Which addresses are on the public internet, as one table. Pure: it judges literal addresses only. A Worker cannot see
 * what a name resolves to; the platform checks that (docs/operator/security.md).
 */

/** IPv4 as 4 bytes, IPv6 as 16, network order. */
export type Address = Uint8Array;

/** One row of the table. */
export type Range = {
  readonly cidr: string;
  readonly what: string;
  /** Where the range is set aside. */
  readonly by: string;
  /** Addresses of the range carry an IPv4 address from this byte on, and that one is judged. Left out: refused. */
  readonly embeds?: number;
  /** An address with other bytes after the IPv4 address is refused: it is a host behind that one. */
  readonly bare?: true;
  /** Not refused, although a later row holds it. */
  readonly isPublic?: true;
};

/**
 * IANA's special-purpose registries (RFC 6890 and its updates), multicast, and every form that carries an IPv4
 * address. Forms in use (mapped, NAT64, 6to4) are judged by the address they carry. Retired forms are refused, and so is
 * every other IPv6 address outside 2000::/3, the only block of global unicast (RFC 4291 2.4, IANA). The first row that
 * holds an address decides.
 */
export const RANGES = [
  { cidr: "0.0.0.0/8", what: "this network", by: "RFC 791 3.2" },
  { cidr: "10.0.0.0/8", what: "private use", by: "RFC 1918" },
  { cidr: "100.64.0.0/10", what: "carrier-grade NAT", by: "RFC 6598" },
  { cidr: "127.0.0.0/8", what: "loopback", by: "RFC 1122 3.2.1.3" },
  { cidr: "169.254.0.0/16", what: "link-local", by: "RFC 3927" },
  { cidr: "172.16.0.0/12", what: "private use", by: "RFC 1918" },
  { cidr: "192.0.0.0/24", what: "IETF protocol assignments", by: "RFC 6890" },
  { cidr: "192.0.2.0/24", what: "documentation", by: "RFC 5737" },
  { cidr: "192.88.99.0/24", what: "6to4 relay anycast", by: "RFC 7526" },
  { cidr: "192.168.0.0/16", what: "private use", by: "RFC 1918" },
  { cidr: "198.18.0.0/15", what: "benchmarking", by: "RFC 2544" },
  { cidr: "198.51.100.0/24", what: "documentation", by: "RFC 5737" },
  { cidr: "203.0.113.0/24", what: "documentation", by: "RFC 5737" },
  { cidr: "224.0.0.0/4", what: "multicast", by: "RFC 5771" },
  { cidr: "240.0.0.0/4", what: "reserved, and broadcast", by: "RFC 1112 4, RFC 919" },

  { cidr: "::ffff:0:0/96", what: "IPv4-mapped", by: "RFC 4291 2.5.5.2", embeds: 12 },
  { cidr: "64:ff9b::/96", what: "NAT64, well-known prefix", by: "RFC 6052 2.1", embeds: 12 },
  { cidr: "64:ff9b:1::/48", what: "NAT64, local use", by: "RFC 8215" },
  { cidr: "2002::/16", what: "6to4", by: "RFC 3056, RFC 7526", embeds: 2, bare: true },
  { cidr: "::/96", what: "unspecified, loopback, IPv4-compatible", by: "RFC 4291 2.5.2, 2.5.3, 2.5.5.1" },
  { cidr: "::ffff:0:0:0/96", what: "IPv4-translated (SIIT)", by: "RFC 2765" },
  { cidr: "2001::/23", what: "IETF protocol assignments: Teredo, ORCHID, benchmarking", by: "RFC 2928, RFC 4380" },
  { cidr: "2001:db8::/32", what: "documentation", by: "RFC 3849" },
  { cidr: "3fff::/20", what: "documentation", by: "RFC 9637" },
  { cidr: "100::/64", what: "discard", by: "RFC 6666" },
  { cidr: "100:0:0:1::/64", what: "dummy prefix", by: "RFC 9780" },
  { cidr: "fc00::/7", what: "unique local", by: "RFC 4193" },
  { cidr: "fe80::/10", what: "link-local", by: "RFC 4291 2.5.6" },
  { cidr: "fec0::/10", what: "site-local", by: "RFC 3879" },
  { cidr: "ff00::/8", what: "multicast", by: "RFC 4291 2.7" },
  // Test vectors for NAT64 call this neighbour of its prefix public. Nothing is routed there.
  { cidr: "64:ff9c::/96", what: "beside NAT64's prefix", by: "RFC 6052 2.1", isPublic: true },
  { cidr: "::/3", what: "not global unicast", by: "RFC 4291 2.4" },
  { cidr: "4000::/2", what: "not global unicast", by: "RFC 4291 2.4" },
  { cidr: "8000::/1", what: "not global unicast", by: "RFC 4291 2.4" },
] as const satisfies readonly Range[];

const COMPILED = RANGES.map((range: Range) => {
  const [base = "", bits = ""] = range.cidr.split("/");
  const prefix = parseAddress(base);
  if (prefix === null) throw new Error(`Not an address in the table: ${range.cidr}`);
  return { ...range, prefix, bits: Number(bits) };
});

/**
 * The address that a URL's `hostname` stands for, or null when it is a name. Takes a hostname after WHATWG URL parsing
 * (which has already turned `0x7f.1` and `2130706433` into dotted decimal). IPv6 may have brackets and a dotted tail.
 */
export function parseAddress(hostname: string): Address | null {
  if (hostname.startsWith("[")) return hostname.endsWith("]") ? parseV6(hostname.slice(1, -1)) : null;
  return hostname.includes(":") ? parseV6(hostname) : parseV4(hostname);
}

/** Why an address is not public, in words for a log; null for a public address. */
export function refusedRange(address: Address): string | null {
  if (isIsatap(address)) return "ISATAP (RFC 5214 6.1)";
  for (const range of COMPILED) {
    if (!inPrefix(address, range.prefix, range.bits)) continue;
    if (range.isPublic) return null;
    const name = `${range.cidr} ${range.what} (${range.by})`;
    if (range.embeds === undefined) return name;
    const end = range.embeds + 4;
    if (range.bare && address.subarray(end).some((byte) => byte !== 0)) return name;
    const inner = refusedRange(address.subarray(range.embeds, end));
    return inner === null ? null : `${name} of ${inner}`;
  }
  return null;
}

/** Whether an address is this machine: 127.0.0.0/8, ::1 and the IPv4-mapped 127.0.0.0/8. */
export function isLoopback(address: Address): boolean {
  if (address.length === 4) return address[0] === 127;
  if (inPrefix(address, LOOPBACK_V6, 128)) return true;
  return isMapped(address) && address[12] === 127;
}

/** Whether an IPv6 address carries an IPv4 address in its last 4 bytes (RFC 4291 2.5.5.2). */
export function isMapped(address: Address): boolean {
  return inPrefix(address, MAPPED, 96);
}

const LOOPBACK_V6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0);

/** Whether an IPv6 address ends as ISATAP's do: 0000:5efe or 0200:5efe, then an IPv4 address (RFC 5214 6.1). */
function isIsatap(address: Address): boolean {
  if (address.length !== 16) return false;
  return ((address[8] ?? 0) & 0xfd) === 0 && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe;
}

function inPrefix(address: Address, prefix: Address, bits: number): boolean {
  if (address.length !== prefix.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== prefix[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((address[whole] ?? 0) ^ (prefix[whole] ?? 0)) >> (8 - rest) === 0;
}

function parseV4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Address | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const gap = 16 - head.length - tail.length;
  if (halves.length === 2 ? gap < 2 : gap !== 0) return null;
  return Uint8Array.from([...head, ...new Array<number>(gap).fill(0), ...tail]);
}

/** The bytes of colon-separated groups. At the end of the address the last group may be dotted IPv4 (RFC 4291 2.2). */
function groupsOf(text: string, atEnd: boolean): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const v4 = atEnd && i === groups.length - 1 ? parseV4(group) : null;
    if (v4 === null) return null;
    bytes.push(...v4);
  }
  return bytes;
}
