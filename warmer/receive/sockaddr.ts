import { isIPv6 } from "node:net";

const AF_INET = 2;
const AF_INET6 = 10;

/**
 * A `sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes) as bind(2) takes it: family in the machine's order (little
 * endian), port and address in the network's.
 * @param host an IP address; an IPv6 one without a zone
 */
export function socketAddress(host: string, port: number): Buffer {
  const six = isIPv6(host);
  // allocUnsafeSlow and fill: memory of its own outside the garbage collector's heap, which does not move.
  const bytes = Buffer.allocUnsafeSlow(six ? 28 : 16).fill(0);
  bytes.writeUInt16LE(six ? AF_INET6 : AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  if (six) bytes.set(ipv6Bytes(host), 8);
  else bytes.set(host.split(".").map(Number), 4);
  return bytes;
}

/** The 16 bytes of an IPv6 address (RFC 4291 section 2.2), through the URL parser, which writes it in hex groups. */
function ipv6Bytes(host: string): Uint8Array {
  const [left = "", right] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const zeros = new Array<number>(8 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 255]));
}
