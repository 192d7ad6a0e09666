/** The last part of an imgproxy path: a source, plain or in base64, with an optional output format. */
import { Failure } from "../../errors.ts";
import { textFromBase64url } from "../signing/base64url.ts";

export type EncodedSource = {
  /** As the builder was given it; not checked yet. */
  readonly source: string;
  /** Text after `@` or `.`; empty = none. */
  readonly extension: string;
  /** A name behind a base64 source, for the sake of readable URLs; null = none. */
  readonly filename: string | null;
};

/** Reads path segments after the options. Throws Failure `url_invalid` when they hold no source. */
export function readEncodedSource(segments: readonly string[]): EncodedSource {
  const [first, ...rest] = segments;
  if (first === undefined || first === "") throw new Failure("url_invalid", { why: "it names no source" });
  if (first === "plain") return readPlain(rest.join("/"));
  if (first === "enc") throw new Failure("url_invalid", { why: "encrypted sources are not read here" });
  return readBase64(segments);
}

/**
 * Percent-decoded once. What follows the last `@` is a format when it is one word; else the `@` is the source's own.
 */
function readPlain(text: string): EncodedSource {
  const at = text.lastIndexOf("@");
  const isFormat = at >= 0 && /^[A-Za-z0-9]*$/.test(text.slice(at + 1));
  const source = percentDecoded(isFormat ? text.slice(0, at) : text);
  if (source === "") throw new Failure("url_invalid", { why: "it names no source" });
  return {
    // Encoded twice, as happens when a builder's output is encoded again: no scheme has an escape in it.
    source: /^https?%3a/i.test(source) ? percentDecoded(source) : source,
    extension: isFormat ? text.slice(at + 1) : "",
    filename: null,
  };
}

/**
 * Base64url may be cut by slashes anywhere and may be followed by `.format`, and by a file name as the last segment.
 * All segments are tried as the source first; what then is not text is read with the last one as a name.
 */
function readBase64(segments: readonly string[]): EncodedSource {
  const whole = decode(segments.join(""));
  if (whole !== null) return { ...whole, filename: null };
  const named = segments.length > 1 ? decode(segments.slice(0, -1).join("")) : null;
  const last = segments.at(-1) ?? "";
  if (named === null)
    throw new Failure("url_invalid", { why: "its source is neither plain/ nor base64url of an address" });
  return { ...named, filename: last === "" ? null : percentDecoded(last) };
}

/** A source is text without spaces and control characters, so that a file name taken for base64 does not pass. */
function decode(text: string): { source: string; extension: string } | null {
  const [encoded = "", extension = "", ...more] = text.split(".");
  const source = more.length > 0 ? null : textFromBase64url(encoded.replace(/%3D/gi, "="));
  if (source === null || source === "" || /[\x00-\x1f\x7f]/.test(source)) return null;
  return { source, extension };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure("url_invalid", { why: "an escape in its source is not UTF-8" });
  }
}
