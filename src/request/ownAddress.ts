/** The address that this Worker was asked at. */
import { isLoopbackHost } from "../policy/hosts.ts";

export type OwnAddress = {
  /** Scheme, host and port, e.g. `https://img.example.org`. */
  readonly origin: string;
  /** With its port, if any. */
  readonly host: string;
  readonly hostname: string;
  readonly secure: boolean;
  /** A developer's machine. */
  readonly loopback: boolean;
};

let last: { readonly text: string; readonly address: OwnAddress } | null = null;

/**
 * The address in an absolute URL. Only the part before the path is read. Requests mostly come to the same address, so the
 * last one is kept. Throws TypeError when the text is no URL.
 */
export function ownAddress(url: string): OwnAddress {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  const text = path < 0 ? url : url.slice(0, path);
  if (last?.text !== text) last = { text, address: parse(text) };
  return last.address;
}

function parse(text: string): OwnAddress {
  const { origin, host, hostname, protocol } = new URL(text);
  return { origin, host, hostname, secure: protocol === "https:", loopback: isLoopbackHost(hostname) };
}
