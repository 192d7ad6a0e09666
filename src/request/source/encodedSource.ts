/** The last part of an imgproxy path: a source, plain or in base64, with an optional output format. */
import { Failure } from "../../errors.ts";
import { textFromBase64url } from "../signing/base64url.ts";
import { percentDecoded } from "./writtenSource.ts";

export type EncodedSource = {
  /** As it was given to the builder. It is not checked yet. */
  readonly source: string;
  /** Text after `@` or `.`; empty = none. */
  readonly extension: string;
  /** A file name after a base64 source, which makes a URL readable; null = none. */
  readonly filename: string | null;
};

/** Reads the path segments after the options. Throws Failure `url_invalid` when they hold no source. */
export function readEncodedSource(segments: readonly string[]): EncodedSource {
  const [first, ...rest] = segments;
  if (first === undefined || first === "") throw new Failure("url_invalid", { why: "it names no source" });
  if (first === "plain") return readPlain(rest.join("/"));
  return readBase64(segments);
}

/**
 * A plain source is percent-decoded once. One word after the last `@` is a format. Otherwise the `@` belongs to the
 * source.
 */
function readPlain(text: string): EncodedSource {
  const at = text.lastIndexOf("@");
  const isFormat = at >= 0 && /^[A-Za-z0-9]*$/.test(text.slice(at + 1));
  const source = percentDecoded(isFormat ? text.slice(0, at) : text);
  if (source === "") throw new Failure("url_invalid", { why: "it names no source" });
  return {
    // It was encoded twice when an escape is left in the scheme: a builder's output was encoded again.
    source: /^https?%3a/i.test(source) ? percentDecoded(source) : source,
    extension: isFormat ? text.slice(at + 1) : "",
    filename: null,
  };
}

/**
 * Slashes may cut base64 anywhere, or be one of its digits (standard base64, RFC 4648 4). `.format` may follow it, and a
 * file name as the last segment. First all segments are read as the source. If that gives no text, the last segment is
 * read as a file name.
 */
function readBase64(segments: readonly string[]): EncodedSource {
  const whole = decodeSegments(segments);
  if (whole !== null) return { ...whole, filename: null };
  const named = segments.length > 1 ? decodeSegments(segments.slice(0, -1)) : null;
  const last = segments.at(-1) ?? "";
  if (named === null) {
    const [first = ""] = segments;
    const hint =
      segments.length > 1 && OPTION_LIKE.test(first) ? ` (is "${first}" an option? Then write ${first}:1)` : "";
    throw new Failure("url_invalid", { why: `its source is neither plain/ nor base64 of an address${hint}` });
  }
  return { ...named, filename: last === "" ? null : percentDecoded(last) };
}

/** A slash that was a digit is missed when it is taken for a cut: what comes after it then decodes to no text. */
function decodeSegments(segments: readonly string[]): Decoded | null {
  return decode(segments.join("")) ?? (segments.length > 1 ? decode(segments.join("/")) : null);
}

type Decoded = Pick<EncodedSource, "source" | "extension">;

/**
 * Both alphabets of base64, with or without padding. Line ends are passed over: `base64` writes one after 76 characters,
 * and `echo` puts one into the source. A source has no other control characters: a file name that happens to be base64
 * mostly decodes to some, and is refused.
 */
function decode(text: string): Decoded | null {
  const [encoded = "", extension = "", ...more] = text.split(".");
  const digits = encoded.replace(ESCAPED, decodeURIComponent).replace(/[\r\n]/g, "");
  const decoded = more.length > 0 ? null : textFromBase64url(digits.replaceAll("+", "-").replaceAll("/", "_"));
  const source = withoutEnd(decoded ?? "");
  if (source === "" || /[\x00-\x1f\x7f]/.test(source)) return null;
  return { source, extension };
}

/** Without the line ends and blanks at its end. A loop: a pattern would take time with the square of their number. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && "\t\r\n ".includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** An option without an argument looks like this, such as `raw`. It has no colon, so it was taken for the source. */
const OPTION_LIKE = /^[a-z][a-z_-]{0,31}$/;

/** `+`, `/`, `=` and line ends, as a builder may escape them. */
const ESCAPED = /%(2B|2F|3D|0A|0D)/gi;
