/** What the image server of a IIIF source says of the picture: from memory, from the source's metadata, else asked. */
import type { App } from "../../context/app.ts";
import { asFailure, type Failure } from "../../errors.ts";
import { fetchSource } from "../../origin/fetch.ts";
import { infoUrlOf } from "../../origin/providers/candidates.ts";
import { type IiifInfo, INFO_FRESH_SECONDS, MAX_INFO_BYTES, parseIiifInfo } from "../../origin/providers/iiifInfo.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import type { Described } from "../../store/sourceMeta.ts";
import type { Miss } from "../miss.ts";
import type { CandidateList } from "./candidateList.ts";
import type { Exchange } from "./fetchVariant.ts";
import { nextAfter } from "./nextAfter.ts";

/** `fresh`: it was asked just now, and is to be stored. `failure`: the server's host is unwell. */
export type Description = { readonly fresh?: Described; readonly failure?: Failure };

/**
 * Tells the list of candidates what the server says; nothing for a source that is no IIIF address, and where no rendition
 * can serve the request. A server without a description has the original only. Never throws.
 */
export async function describe(
  list: CandidateList,
  { order, deps }: Exchange,
  { request }: Pick<Miss, "request">,
  { config, state, now }: App,
): Promise<Description> {
  const url = list.hasChoice ? infoUrlOf(request.source, providerRules(config)) : null;
  if (url === null) return {};
  const known = state.described.get(url) ?? list.meta?.described;
  if (known !== undefined && now() < known.at + INFO_FRESH_SECONDS * 1000) {
    list.describe(readDescribed(known) ?? "absent");
    return {};
  }
  const { conditional: _, ...unconditional } = order;
  try {
    const limits = { ...deps.config, maxSourceBytes: Math.min(MAX_INFO_BYTES, deps.config.maxSourceBytes) };
    const answer = await fetchSource(url, unconditional, { ...deps, config: limits });
    return note(url, answer.notModified ? null : parseIiifInfo(new TextDecoder().decode(answer.bytes)));
  } catch (error) {
    const failure = asFailure(error);
    const { next } = nextAfter(failure);
    if (next === "host") {
      list.unwell(url, next);
      return { failure };
    }
    // Too many requests, or our own refusal: it may have a description. This picture goes without.
    if (next === "end" || failure.facts.value === 429) {
      list.skipToOriginal();
      return {};
    }
    return note(url, null);
  }

  function note(of: string, info: IiifInfo | null): Description {
    const fresh = { at: now(), text: info === null ? null : describedText(info) };
    state.described.set(of, fresh);
    list.describe(info ?? "absent");
    return { fresh };
  }
}

/** An info.json that says no more than what is read of one. */
export function describedText({ version, level, ...rest }: IiifInfo): string {
  const context = { "@context": `http://iiif.io/api/image/${version}/context.json` };
  const known = Object.entries(rest).filter(([, value]) => value !== null);
  return JSON.stringify({ ...context, profile: `level${level}`, ...Object.fromEntries(known) });
}

export function readDescribed({ text }: Described): IiifInfo | null {
  return text === null ? null : parseIiifInfo(text);
}
