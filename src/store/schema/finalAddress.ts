/** The address that a source's bytes came from, after redirects, and the addresses on the way to it. */
import type { AddressHashes } from "../../policy/storedAccess.ts";
import { sourceKeys } from "./key.ts";

export type FinalAddress = AddressHashes & {
  /** The address; a store may have cut it to its first characters. The hashes are always whole. */
  readonly url: string;
  readonly complete: boolean;
  /** The addresses between the one asked for and this one, in order. Absent if there were none. */
  readonly via?: readonly AddressHashes[];
};

/** As many as there can be between the first and the last address of ten redirects (`MAX_REDIRECTS`). */
export const MAX_VIA = 9;

/** `url` and `via` are canonical http(s) addresses. Throws TypeError if one is no URL. */
export async function finalAddressOf(url: string, via: readonly string[] = []): Promise<FinalAddress> {
  const [final, ...hops] = await Promise.all([url, ...via.slice(0, MAX_VIA)].map(hashesOf));
  return { ...(final as AddressHashes), url, complete: true, ...(hops.length === 0 ? {} : { via: hops }) };
}

async function hashesOf(address: string): Promise<AddressHashes> {
  const { host16, source32 } = await sourceKeys(address);
  return { host16, source32 };
}
