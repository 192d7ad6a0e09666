import { isIPv6 } from "node:net";

const AF_INET = 2;
const AF_INET6 = 10;

/**
 * Encodes a `sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes) for bind(2). The family is little endian, port and
 * address are in network order.
 * @param host an IP address; an IPv6 address without a zone
 */
export function socketAddress(host: string, port: number): Buffer {
  const six = isIPv6(host);
  // allocUnsafeSlow: memory of its own, outside the garbage-collected heap, at a fixed address.
  const bytes = Buffer.allocUnsafeSlow(six ? 28 : 16).fill(0);
  bytes.writeUInt16LE(six ? AF_INET6 : AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  if (six) bytes.set(ipv6Bytes(host), 8);
  else bytes.set(host.split(".").map(Number), 4);
  return bytes;
}

/** The 16 bytes of an IPv6 address (RFC 4291 section 2.2). The URL parser normalises it to hex groups. */
function ipv6Bytes(host: string): Uint8Array {
  const [left = "", right] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const zeros = new Array<number>(8 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 255]));
}
