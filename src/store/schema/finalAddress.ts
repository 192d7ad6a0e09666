/** The address that a source's bytes came from, after redirects. */
import { sourceKeys } from "./key.ts";

export type FinalAddress = {
  /** Hashes as in the store keys, always whole: takedowns and purges compare them. */
  readonly host16: string;
  readonly source32: string;
  /** The address; a store may have cut it to its first characters. */
  readonly url: string;
  readonly complete: boolean;
};

/** `url` is a canonical http(s) address. Throws TypeError when it is no URL. */
export async function finalAddressOf(url: string): Promise<FinalAddress> {
  const { host16, source32 } = await sourceKeys(url);
  return { host16, source32, url, complete: true };
}
