/** What a URL grammar is: how its paths are known, and how they are read. */
import type { Config } from "../../config/config.ts";
import type { AcceptClass } from "../../image/formats/descriptor.ts";
import type { ClientHints } from "../clientHints.ts";
import type { ImageRequest } from "../imageRequest.ts";

/** The address that was asked for, as its text stands in the URL. */
export type Asked = {
  /** From its first slash, nothing decoded. */
  readonly path: string;
  /** Without its `?`; empty = none. */
  readonly query: string;
  readonly accept: AcceptClass;
  readonly hints: ClientHints;
  /** The secret header `X-Photon-Authentication`; null = not sent. */
  readonly authentication: string | null;
  /** Host and port that were asked. */
  readonly ownHost: string;
  /** Unix milliseconds. */
  readonly now: number;
};

export type Grammar = {
  /** Whether an address is of this grammar, by its path and its query. */
  readonly matches: (path: string, query: string) => boolean;
  /** Throws Failure. */
  readonly read: (asked: Asked, config: Config) => Promise<Omit<ImageRequest, "grammar">>;
  /** What can permit a source here. Anything but a signature gets the ladder's sizes. */
  readonly authorities: readonly ImageRequest["authority"][];
  /** Its form, and who writes such URLs; docs/front-end/url.md prints both. */
  readonly form: string;
  readonly doc: string;
  /** What its URLs may say, for docs/front-end/url.md. imgproxy's grammar has the table of options. */
  readonly parameters?: Readonly<Record<string, ParameterDoc>>;
};

export type ParameterDoc = { readonly limit: string; readonly doc: string; readonly short?: readonly string[] };
