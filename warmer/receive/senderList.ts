import { type BlockList, isIPv4, isIPv6 } from "node:net";

/** Addresses whose result is cached. One more clears the cache. */
const REMEMBERED = 4096;

const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * Who may send hints, by address. An allowed sender gets a number other than 0, always the same one; the clock learning
 * knows it by this number. Everybody else gets 0.
 */
export class SenderList {
  readonly #allowed: BlockList;
  readonly #seed: number;
  readonly #byText = new Map<string, number>();
  readonly #byNumber = new Map<number, number>();

  /** @param seed its low 32 bits seed the numbers */
  constructor(allowed: BlockList, seed: bigint) {
    this.#allowed = allowed;
    this.#seed = Number(BigInt.asIntN(32, seed));
  }

  /**
   * The number of a sender, 0 = not allowed.
   * @param address as in `rinfo.address`; IPv4 mapped into IPv6 counts as IPv4
   */
  identify(address: string): number {
    const known = this.#byText.get(address);
    if (known !== undefined) return known;
    const plain = address.replace(MAPPED, "").replace(/%.*$/, "");
    const allowed =
      (isIPv4(plain) && this.#allowed.check(plain, "ipv4")) || (isIPv6(plain) && this.#allowed.check(plain, "ipv6"));
    const id = allowed ? this.#idOf(plain) : 0;
    if (this.#byText.size >= REMEMBERED) this.#byText.clear();
    this.#byText.set(address, id);
    return id;
  }

  /** The same for an IPv4 address as an unsigned 32-bit number, first byte highest. */
  identifyIPv4(address: number): number {
    const known = this.#byNumber.get(address);
    if (known !== undefined) return known;
    const text = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
    const id = this.identify(text);
    if (this.#byNumber.size >= REMEMBERED) this.#byNumber.clear();
    this.#byNumber.set(address, id);
    return id;
  }

  #idOf(text: string): number {
    let h = this.#seed;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    return h === 0 ? 1 : h;
  }
}

/**
 * Parses `10.0.0.0/8`, `::1/128` or a plain address into the arguments of BlockList.addSubnet. Undefined if it is none.
 */
export function parseCidr(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" } | undefined {
  const match = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text);
  const address = match?.[1] ?? "";
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined) return undefined;
  const longest = family === "ipv4" ? 32 : 128;
  const prefix = match?.[2] === undefined ? longest : Number(match[2]);
  return prefix <= longest ? { address, prefix, family } : undefined;
}
