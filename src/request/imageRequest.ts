/** What every grammar gives: one picture that was asked for, as values. Code after the grammars does not tell them apart. */
import type { KeyClass } from "../config/config.ts";
import type { AcceptClass } from "../image/formats/descriptor.ts";
import type { Transform } from "./transform.ts";

/** What decides the bytes of a rendition, and who may have it. */
export type RenditionRequest = {
  /** Canonical source: WHATWG href without fragment, scheme kept, query untouched. */
  readonly source: string;
  readonly transform: Transform;
  /**
   * What permits the source: a signature, the list of allowed sources, or the secret header. Decides about redirects
   * (the list is checked again on every hop) and about `Cache-Control: private`.
   */
  readonly authority: "signature" | "list" | "header";
  /** The named key that signed it, where the deployment names its keys. */
  readonly signer?: { readonly name: string; readonly limit: KeyClass };
  readonly accept: AcceptClass;
  readonly cachebuster: string;
};

export type ImageRequest = RenditionRequest & {
  /** Set: no answer tells the source's address. */
  readonly hidden?: true;
  /** Name of the URL grammar (grammars/table.ts). */
  readonly grammar: string;
  /** Set: the answer is not the picture, but facts of its source as JSON in the shape of this grammar. */
  readonly info?: "cloudflare";
  /** The format depends on Accept: the answer carries `Vary: Accept`. */
  readonly negotiated: boolean;
  /** Further headers that decided about the picture, for `Vary`. */
  readonly varies?: readonly string[];
  /** Unix seconds; null = never. */
  readonly expires: number | null;
  /** The same source without TLS. It is asked when the source does not answer over HTTPS: its address had no scheme. */
  readonly plainSource?: string;
  /** Address of a picture to show when the source fails, on the list of allowed sources. */
  readonly fallback?: string | undefined;
  /** The longest a browser may keep the picture, in seconds. */
  readonly maxAge?: number | undefined;
  readonly delivery: { readonly filename: string | null; readonly attachment: boolean };
};
