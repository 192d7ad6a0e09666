/** What a Worker with a given configuration answers to a URL, and why: `npm run sign -- --explain URL`. */
import type { Config } from "../../config/config.ts";
import { ANSWERS, asFailure, Failure, publicMessage } from "../../errors.ts";
import { keepSeconds } from "../../keepFailure.ts";
import { candidatesFor } from "../../origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../origin/providers/rule.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import { checkSource, isListed } from "../../policy/source.ts";
import { epochOf, isBlocked } from "../../policy/storedAccess.ts";
import { storedFormat } from "../../request/accept.ts";
import { canonicalOptions } from "../../request/canonical.ts";
import type { ImageRequest } from "../../request/imageRequest.ts";
import { pictureOfInfo } from "../../request/infoPath.ts";
import { isDefault } from "../../request/options/option.ts";
import { OPTIONS } from "../../request/options/table.ts";
import { readImageRequest, splitUrl } from "../../request/readImageRequest.ts";
import { signedSpellings } from "../../request/signing/repair.ts";
import { isSigned } from "../../request/signing/signature.ts";
import { renditionKey, sourceKeys } from "../../store/schema/key.ts";
import { readingOf } from "../../weather/reading.ts";

export type Explanation = { readonly ok: boolean; readonly lines: readonly string[] };

export type Reader = {
  /** As a browser sends it; null = not sent. */
  readonly accept: string | null;
  /** Data centre; null = not known. */
  readonly colo: string | null;
};

/** Lines for a person, in the order in which the Worker decides. `now` in milliseconds. Never throws. */
export async function explain(asked: string, reader: Reader, config: Config, now: number): Promise<Explanation> {
  const lines: string[] = [];
  try {
    const picture = pictureOfInfo(asked);
    const url = picture ?? asked;
    const request = await readImageRequest(url, reader.accept, config, now);
    lines.push(...(await requestLines(url, request, reader, config)));
    checkSource(request.source, request.authority, config, new URL(url).host);
    lines.push(line("policy", "the source may be fetched"));
    const keys = await sourceKeys(request.source);
    if (isBlocked(keys, config)) throw new Failure("blocked");
    const epoch = epochOf(keys, config);
    lines.push(line("takedown", `neither source nor host is blocked${epoch === 0 ? "" : `; purged ${timeOf(epoch)}`}`));
    lines.push(regionLine(reader.colo, config));
    lines.push(line("stored as", await renditionKey(keys, canonicalOptions(request))));
    lines.push(line("", `the last part is the hash of ${canonicalOptions(request)}`));
    lines.push(...candidateLines(request, config));
    lines.push(...answerLines(request, config, picture !== null || request.info !== undefined));
    return { ok: true, lines };
  } catch (error) {
    return { ok: false, lines: [...lines, ...refusalLines(error, config)] };
  }
}

async function requestLines(
  url: string,
  request: ImageRequest,
  { accept }: Reader,
  config: Config,
): Promise<readonly string[]> {
  const { grammar, source, authority, expires, delivery } = request;
  const because = accept === null ? "without an Accept header (--accept gives one)" : "for this Accept header";
  return [
    line("grammar", grammar),
    line("source", source),
    ...(request.plainSource === undefined
      ? []
      : [line("", `${request.plainSource}, if HTTPS cannot be reached: the URL names no scheme`)]),
    line("permitted by", await permission(url, request, config)),
    line("options", optionsOf(request)),
    ...(authority === "signature"
      ? []
      : [line("", `unsigned: sizes go up to the next of ${config.ladder.join(", ")} (LADDER)`)]),
    line("format", formatText(request, because)),
    line("expires", expires === null ? "never" : timeOf(expires * 1000)),
    line("file name", `${delivery.filename ?? "that of the source"}${delivery.attachment ? ", to be saved" : ""}`),
  ];
}

function formatText({ negotiated, accept, transform }: ImageRequest, because: string): string {
  if (transform.raw) return "that of the source (raw)";
  return negotiated ? `negotiated: class "${accept}" ${because}` : "as the URL says";
}

/** What permits the source. Of a signature, which pair of the list it is of. */
async function permission(url: string, { authority, source }: ImageRequest, config: Config): Promise<string> {
  if (authority === "header") return "the secret header";
  if (authority === "list") {
    const isAllowed = URL.canParse(source) && isListed(new URL(source), config.allowedSources);
    return isAllowed
      ? "the list of allowed sources"
      : "nothing: it is not on the list of allowed sources (ALLOWED_SOURCES)";
  }
  const { path } = splitUrl(url);
  const slash = path.indexOf("/", 1);
  const { signingPairs, signatureSize } = config;
  for (const [at, pair] of signingPairs.entries()) {
    for (const spelling of signedSpellings(path.slice(slash))) {
      if (!(await isSigned(path.slice(1, slash), spelling, [pair], signatureSize))) continue;
      const repaired = spelling === path.slice(slash) ? "" : ", after the path was repaired (docs/front-end/url.md)";
      return `signature, with key ${at + 1} of ${signingPairs.length}${repaired}`;
    }
  }
  return "signature";
}

/** Options that differ from their defaults: `width 300, resize "fill"`. */
function optionsOf({ transform, cachebuster }: ImageRequest): string {
  const values: Readonly<Record<string, unknown>> = { ...transform, cachebuster };
  const set = Object.entries(OPTIONS).flatMap(([field, row]) => {
    const value = values[field];
    return row.effect === "delivery" || isDefault(row, value) ? [] : [`${row.name} ${JSON.stringify(value)}`];
  });
  return set.length === 0 ? "none: the whole picture in its own size" : set.join(", ");
}

function regionLine(colo: string | null, { regions, regionOverrides, regionMap }: Config): string {
  const rules = { deployed: regions, overrides: regionOverrides, map: regionMap };
  const { region, beside } = readingOf(colo === null ? undefined : { colo }, rules);
  if (colo === null)
    return line("region", `${region}, the first of ${regions.join(", ")} (--colo says where the reader is)`);
  const isLive = Object.hasOwn(regionOverrides, `colo:${colo}`) || Object.hasOwn(regionMap.colos, colo);
  const both = beside === null ? "" : ` and ${beside}, while it changes`;
  return line("region", `${region}${both} for a reader at ${colo}${isLive ? ", by the live settings" : ""}`);
}

/** The addresses that are asked for a picture of which nothing is known yet. */
function candidateLines({ source, transform }: ImageRequest, config: Config): readonly string[] {
  const candidates = candidatesFor(source, transform, NOTHING_KNOWN, providerRules(config));
  const texts = candidates.map(({ variant, url }) => `${variant}: ${url}`);
  return texts.map((text, at) => line(at === 0 ? "asks for" : "", at === 0 ? text : `else ${text}`));
}

function answerLines(
  request: ImageRequest,
  { minFreshSeconds, maxFreshSeconds }: Config,
  isInfo: boolean,
): readonly string[] {
  const { transform, accept, authority, expires } = request;
  const format = storedFormat(transform.format, accept);
  const name = format === "base" ? "JPEG, or PNG for a picture with alpha" : format;
  const kept = `${authority === "header" ? "private" : "public"}, ${minFreshSeconds} to ${maxFreshSeconds} s as the source says`;
  return [
    line("answer", `200, if the source has a picture: ${isInfo ? "its facts as JSON" : name}`),
    line("", `kept ${kept}${expires === null ? "" : ", and never past its expiry"}`),
  ];
}

function refusalLines(error: unknown, { signingPairs, allowedSources }: Config): readonly string[] {
  const failure = asFailure(error);
  const { reason, facts, detail } = failure;
  const seconds = keepSeconds(failure);
  const closed = signingPairs.length === 0 && allowedSources.length === 0;
  return [
    line("answer", `${ANSWERS[reason].status} ${reason}: ${publicMessage(reason, facts)}`),
    line("", seconds === 0 ? "kept by no cache" : `kept up to ${seconds} s`),
    ...(detail === undefined ? [] : [line("because", detail)]),
    ...(closed ? [line("note", "neither SIGNING_KEYS nor ALLOWED_SOURCES is set here, so nobody gets a picture")] : []),
  ];
}

function line(name: string, text: string): string {
  return `${name.padEnd(14)}${text}`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
