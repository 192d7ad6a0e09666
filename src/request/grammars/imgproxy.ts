/** imgproxy's grammar: `/{signature}/{option:arg…}/…/plain/{url}[@{ext}]` or `…/{base64url}[.{ext}]`. */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { snapToLadder } from "../../policy/ladder.ts";
import type { ImageRequest } from "../imageRequest.ts";
import { splitOptions } from "../options/applyOption.ts";
import { readOptions } from "../options/readOptions.ts";
import { fromBase64url } from "../signing/base64url.ts";
import { repairPath, signedSpellings } from "../signing/repair.ts";
import { isSigned, signingPair } from "../signing/signature.ts";
import { canonicalSource } from "../source/canonicalSource.ts";
import { readEncodedSource } from "../source/encodedSource.ts";
import { readEncryptedSource } from "../source/encryptedSource.ts";
import type { Asked, Grammar } from "./grammar.ts";

/** What stands in the place of the signature in unsigned URLs of all builders. */
const UNSIGNED: readonly string[] = ["unsafe", "insecure", "_"];

export const IMGPROXY: Grammar = {
  matches: () => true,
  read: readImgproxyUrl,
  authorities: ["signature", "list"],
  form: "/{signature}/{option}:{argument}:…/…/{base64url of the source}[.{format}]",
  doc: "imgproxy's URL builders",
};

/**
 * Reads a path. With keys set only a signature permits it; without keys the list does. Throws Failure
 * `signature_missing`, `signature_invalid`, `option_unknown`, `option_invalid`, `url_invalid`, `source_invalid`,
 * `expired`. The signature is checked before anything else.
 */
async function readImgproxyUrl({ path, query, accept, now }: Asked, config: Config): ReturnType<Grammar["read"]> {
  const slash = path.indexOf("/", 1);
  if (slash < 0) throw new Failure("not_found");
  const signature = path.slice(1, slash);
  if (signature === "cdn-cgi") {
    const why = "the platform keeps /cdn-cgi/ for itself: write /image/ in place of /cdn-cgi/image/";
    throw new Failure("url_invalid", { why });
  }
  const authority = config.signingPairs.length > 0 ? "signature" : "list";
  const { signed, signer } =
    authority === "signature"
      ? await signedPath(signature, path.slice(slash), query, config)
      : { signed: path.slice(slash), signer: {} };
  if (authority === "list" && !UNSIGNED.includes(signature)) {
    const why = `no signing key is set here, so it begins with unsafe/, not with ${shown(signature)}`;
    throw new Failure("signature_invalid", { why });
  }

  const segments = repairPath(signed).slice(1).split("/");
  // With presets only, the first segment names them and no segment is an option.
  const sourceAt = config.onlyPresets ? 1 : segments.findIndex((segment) => !segment.includes(":"));
  const sourcePart = sourceAt < 0 ? [] : segments.slice(sourceAt);
  const isEncrypted = sourcePart[0] === "enc";
  if (isEncrypted && authority === "list") {
    throw new Failure("url_invalid", { why: "encrypted sources need a signature" });
  }
  const encoded = isEncrypted
    ? await readEncryptedSource(sourcePart.slice(1), config.sourceUrlEncryptionKey)
    : readEncodedSource(sourcePart);
  const extension = encoded.extension === "" ? [] : [`format:${encoded.extension}`];
  const asked = config.onlyPresets ? [`preset:${segments[0]}`] : segments.slice(0, Math.max(0, sourceAt));
  const options = readOptions([...asked, ...extension], config);
  const { transform, cachebuster, expires, delivery } = splitOptions(options);
  if (expires !== null && expires * 1000 <= now) {
    throw new Failure("expired", { value: new Date(expires * 1000).toISOString() });
  }
  return {
    source: canonicalSource(encoded.source),
    transform: authority === "list" ? snapToLadder(transform, config) : transform,
    authority,
    ...signer,
    accept,
    ...(isEncrypted ? { hidden: true as const } : {}),
    // The bytes of `raw` are those of the source for every browser.
    negotiated: transform.format === "auto" && !transform.raw,
    cachebuster,
    expires,
    delivery: { ...delivery, filename: delivery.filename ?? encoded.filename },
  };
}

/** The spelling of the path that the signature covers, and the named key. Throws `signature_missing` or `signature_invalid`. */
async function signedPath(signature: string, path: string, query: string, config: Config): Promise<Signed> {
  const { signingPairs, signingKeyNames, signingKeyLimits, signatureSize } = config;
  if (UNSIGNED.includes(signature)) throw new Failure("signature_missing", { value: shown(signature) });
  for (const spelling of signedSpellings(path)) {
    const index = await signingPair(signature, spelling, signingPairs, signatureSize);
    if (index === null) continue;
    const name = signingKeyNames[index];
    return {
      signed: spelling,
      signer: name === undefined ? {} : { signer: { name, limit: signingKeyLimits[index] ?? "none" } },
    };
  }
  throw new Failure("signature_invalid", { why: await whyNotSigned(signature, path, query, config) });
}

type Signed = { readonly signed: string; readonly signer: Pick<ImageRequest, "signer"> };

async function whyNotSigned(
  signature: string,
  path: string,
  query: string,
  { signingPairs, signatureSize }: Config,
): Promise<string> {
  if (fromBase64url(signature)?.length !== signatureSize) {
    return `it begins with ${shown(signature)}, not with a signature of ${signatureSize} bytes`;
  }
  const whole = `${path}?${query}`;
  for (const spelling of query === "" ? [] : [whole, repairPath(whole)]) {
    if (!(await isSigned(signature, spelling, signingPairs, signatureSize))) continue;
    return "it was signed with an unescaped ?, which ends the path: write %3F, or the source in base64";
  }
  return "another path, key or salt was signed";
}

/** A segment for a message, cut to 50 characters. */
function shown(segment: string): string {
  return `"${segment.slice(0, 50)}"`;
}
