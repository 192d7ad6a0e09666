/** The body of `POST /purge`, checked. Pure. */
import { Failure } from "../../errors.ts";
import { canonicalSource } from "../source/canonicalSource.ts";

export type PurgeTarget =
  /** Everything of one source; canonical. */
  | { readonly kind: "source"; readonly source: string }
  /** Every source of a host whose canonical address begins with the prefix. */
  | { readonly kind: "prefix"; readonly prefix: string; readonly host: string }
  /** Every source of a host, written as `URL.host` does. */
  | { readonly kind: "host"; readonly host: string }
  /** One rendition, by the proxy path it is asked for. */
  | { readonly kind: "path"; readonly path: string }
  /** Every rendition of one version of engine and encoder, such as `1-libwebp1`. */
  | { readonly kind: "maker"; readonly maker: string };

export type PurgeOrder = {
  readonly target: PurgeTarget;
  /** Keep it out (true), let it in again (false), or only delete (null). */
  readonly block: boolean | null;
  /** Only mark what is stored as stale: it is shown until the source has confirmed or replaced it. */
  readonly stale: boolean;
  /** Where an earlier call stopped; null = from the beginning. */
  readonly cursor: string | null;
};

const FIELDS = {
  source: (text) => ({ kind: "source", source: canonicalSource(text) }),
  prefix: (text) => {
    const prefix = canonicalSource(text);
    return { kind: "prefix", prefix, host: new URL(prefix).host };
  },
  host: (text) => ({ kind: "host", host: hostOf(text) }),
  maker: (text) => (/^[\w.:-]{1,40}$/.test(text) ? { kind: "maker", maker: text } : refuse("maker must be a version")),
  path: (text) => (text.startsWith("/") ? { kind: "path", path: text } : refuse("path must begin with /")),
} as const satisfies Record<PurgeTarget["kind"], (text: string) => PurgeTarget>;

const KINDS = Object.keys(FIELDS) as PurgeTarget["kind"][];

/**
 * Reads `{"source"|"prefix"|"host"|"path"|"maker": …, "block": …, "stale": …, "cursor": …}`. Only sources and hosts can be
 * blocked. Throws Failure `body_invalid` that names the field, or `source_invalid`.
 */
export function readPurgeOrder(body: Readonly<Record<string, unknown>>): PurgeOrder {
  const kinds = KINDS.filter((kind) => body[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return refuse(`one of ${KINDS.join(", ")} is needed`);
  const text = body[kind];
  if (typeof text !== "string" || text === "") return refuse(`${kind} must be a text`);
  const { block = null, stale = false, cursor = null } = body;
  if (block !== null && typeof block !== "boolean") return refuse("block must be true or false");
  if (block !== null && kind !== "source" && kind !== "host") return refuse("only a source or a host can be blocked");
  if (typeof stale !== "boolean") return refuse("stale must be true or false");
  if (stale && block !== null) return refuse("block and stale exclude each other");
  if (stale && kind === "maker") return refuse("a maker cannot be marked stale, only a source, prefix, host or path");
  if (stale && cursor !== null) return refuse("what is marked stale is done in one step and has no cursor");
  if (cursor !== null && typeof cursor !== "string") return refuse("cursor must be a text");
  return { target: FIELDS[kind](text), block, stale, cursor };
}

/** A host as `URL.host` writes it, so that its hash is that of its sources. A port stays only when it is not HTTPS's. */
function hostOf(text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : null;
  const bare = url !== null && url.pathname === "/" && url.search === "" && url.username === "" && !text.includes("/");
  return bare && url !== null ? url.host : refuse(`host ${text.slice(0, 100)} is none`);
}

function refuse(why: string): never {
  throw new Failure("body_invalid", { why });
}
