/** What a browser says of its screen and its connection, in the few steps that a key may have. Pure. */
import type { Config } from "../config/config.ts";

/** Client hints, reduced. Two readers with the same values get the same pictures. */
export type ClientHints = {
  /** The rung of the ladder for `width=auto`, in device pixels; null = the browser said nothing. */
  readonly autoWidth: number | null;
  /** The reader saves data or has a slow connection. */
  readonly slow: boolean;
};

export const NO_HINTS: ClientHints = { autoWidth: null, slow: false };

/** The headers that decide about `width=auto`, for `Vary`. */
export const WIDTH_HINTS = "Sec-CH-DPR, Sec-CH-Width, Sec-CH-Viewport-Width";
/** The headers that decide about the quality. */
export const NETWORK_HINTS = "Save-Data, ECT";

/** Effective connection types (Network Information API) that are slow. */
const SLOW: readonly string[] = ["slow-2g", "2g", "3g"];

/**
 * Reads Sec-CH-Width (device pixels of the image), else Sec-CH-Viewport-Width times Sec-CH-DPR (Responsive Image Client
 * Hints), Save-Data and ECT. The width is raised to the next rung of `ladder`. What is no number says nothing.
 */
export function clientHints(headers: Pick<Headers, "get">, { ladder }: Pick<Config, "ladder">): ClientHints {
  const width = numberOf(headers.get("sec-ch-width"));
  const viewport = numberOf(headers.get("sec-ch-viewport-width"));
  const dpr = numberOf(headers.get("sec-ch-dpr")) ?? 1;
  const wanted = width ?? (viewport === null ? null : viewport * dpr);
  const rung = wanted === null ? null : (ladder.find((candidate) => candidate >= wanted) ?? ladder.at(-1) ?? null);
  const saves = headers.get("save-data")?.trim().toLowerCase() === "on";
  return { autoWidth: rung, slow: saves || SLOW.includes(headers.get("ect")?.trim().toLowerCase() ?? "") };
}

/** A number above 0 of at most 65 535, as a structured field has it (RFC 9651 3.3). */
function numberOf(text: string | null): number | null {
  const value = text !== null && /^\d{1,5}(\.\d{1,3})?$/.test(text.trim()) ? Number(text) : 0;
  return value > 0 && value <= 65_535 ? value : null;
}
