/**
 * Fuzzed URLs of every grammar, seeded: 5 000 in `npm test`, a million in `test:long`. Nothing is a fault of ours, nothing
 * unsigned is permitted by a signature, and what was read says itself again.
 */
import { expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { ANSWERS, Failure } from "../../../../src/errors.ts";
import type { Source } from "../../../../src/image/header.ts";
import { planRender } from "../../../../src/image/plan.ts";
import { snapToLadder } from "../../../../src/policy/ladder.ts";
import { checkSource } from "../../../../src/policy/source.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import type { ImageRequest } from "../../../../src/request/imageRequest.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../../src/request/options/applyOption.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";
import { canonicalSource } from "../../../../src/request/source/canonicalSource.ts";
import { FUZZ_KEY, FUZZ_SALT, fuzzedUrl } from "../../../support/fuzzedUrls.ts";
import { choices } from "../../../support/seeded.ts";
import { LIMITS } from "../../image/orders.ts";

const URLS = process.env.FIRSTLIGHT_LONG === "1" ? 1_000_000 : 5_000;
const HOST = "img.firstlight.test";
const OPEN = parseConfig({ ALLOWED_SOURCES: "listed.test" });
const SIGNED = parseConfig({ ALLOWED_SOURCES: "listed.test", SIGNING_KEYS: FUZZ_KEY, SIGNING_SALTS: FUZZ_SALT });

/** The request, or the reason of the refusal. Anything else that is thrown fails the test. */
async function read(path: string, config: typeof OPEN): Promise<ImageRequest | Failure> {
  const url = URL.canParse(path, `https://${HOST}`) ? new URL(path, `https://${HOST}`) : null;
  // A path of two slashes names another host; it does not reach this one.
  if (url === null || url.host !== HOST) return new Failure("not_found");
  return readImageRequest(url.href, "image/webp", config, 0).catch((error: unknown) => {
    if (error instanceof Failure && ANSWERS[error.reason].status < 500) return error;
    throw new Error(`${path}: ${error instanceof Failure ? error.reason : error}`);
  });
}

/** The canonical text as options of a path: read again, it must say itself. Its sides may have fractions, by dpr. */
function readAgain(text: string): string {
  const sides: { width?: number; height?: number } = {};
  const segments = text.split("/").flatMap((part) => {
    const [key = "", ...rest] = part.split(":");
    const value = rest.join(":");
    if (key === "w") sides.width = Number(value);
    if (key === "h") sides.height = Number(value);
    if (key === "w" || key === "h" || (key === "f" && value === "base")) return [];
    if (key === "f") return [part];
    if (key === "cb") return [`cb:${decodeURIComponent(value)}`];
    if (key === "kcr") return value === "original" ? ["kcr:1"] : [];
    return [`${key}:${value.replaceAll("_", ":").replace(/\bfp$/, "fp:0:0")}`];
  });
  const { transform, cachebuster } = splitOptions(
    segments.reduce((before, part) => applyOption(before, part), DEFAULTS),
  );
  const keepCopyright = transform.keepCopyright ?? (text.includes("kcr:fetched") ? "fetched" : "none");
  return canonicalOptions({ transform: { ...transform, ...sides, keepCopyright }, accept: "base", cachebuster });
}

const PICTURES = [
  [4000, 3000],
  [61, 640],
  [1, 1],
] as const;

function planned({ transform }: ImageRequest, [width, height]: readonly [number, number]): void {
  const source: Source = {
    ...{ format: "png", width, height, orientation: 1, frames: 1, alpha: true, progressive: false, colour: "rgb" },
    ...{ depth: 8, interlaced: false, scans: 1, coefficientBytes: 0, inflatedBytes: 0, icc: null },
    ...{ iccDeflated: false, inverted: false },
  };
  try {
    const plan = planRender(source, { transform, format: "webp", limits: LIMITS, fileBytes: 1_000 });
    const { view, canvas, shrink } = plan;
    if (!(view.width >= 1 && view.height >= 1)) throw new Error(`${view.width}x${view.height}`);
    if (canvas === null) return;
    if (transform.rotate % 180 !== 0) return;
    const [right, bottom] = [canvas.left + view.width / shrink, canvas.top + view.height / shrink];
    if (canvas.left < 0 || canvas.top < 0 || right > canvas.width || bottom > canvas.height) {
      throw new Error(`the picture does not lie on its canvas: ${JSON.stringify(plan)}`);
    }
  } catch (error) {
    if (!(error instanceof Failure) || ANSWERS[error.reason].status >= 500) throw error;
  }
}

function check(path: string, request: ImageRequest): void {
  const { source, transform, authority, grammar } = request;
  if (canonicalSource(source) !== source) throw new Error(`${path}: ${source} is not canonical`);
  const text = canonicalOptions(request);
  if (readAgain(text) !== text) throw new Error(`${path}: ${text} becomes ${readAgain(text)}`);
  if (authority === "list") {
    const again = snapToLadder(transform, OPEN);
    if (canonicalOptions({ ...request, transform: again }) !== text)
      throw new Error(`${path} leaves the ladder: ${text}`);
    if (Math.max(transform.width, transform.height) > 2048) throw new Error(`${path} is over the ladder: ${text}`);
  } else if (grammar !== "imgproxy") throw new Error(`${path}: ${grammar} is permitted by ${authority}`);
  try {
    checkSource(source, authority, OPEN, HOST);
    const { host } = new URL(source);
    if (authority === "list" && !/^listed\.test(:\d+)?$/.test(host)) throw new Error(`${path} may reach ${host}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  if (
    request.fallback !== undefined &&
    !/^https?:\/\/(listed\.test|img\.firstlight\.test)[:/?]/.test(request.fallback)
  ) {
    throw new Error(`${path} redirects to ${request.fallback}`);
  }
}

test(`${URLS} fuzzed URLs`, { timeout: 1_800_000 }, async () => {
  const from = choices(17);
  const counts: Record<string, number> = {};
  for (let i = 0; i < URLS; i++) {
    const { path, signed } = fuzzedUrl(from);
    const config = signed === null && from.chance(0.7) ? OPEN : SIGNED;
    const request = await read(path, config);
    const outcome = request instanceof Failure ? "refused" : request.grammar;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (request instanceof Failure) continue;
    check(path, request);
    planned(request, PICTURES[i % PICTURES.length] ?? PICTURES[0]);
    if (request.authority !== "signature") continue;
    // No change of a signed URL asks for another picture, or for another source.
    const original = signed === null ? null : await read(signed, SIGNED);
    if (original === null || original instanceof Failure) throw new Error(`forged: ${path}`);
    const same = original.source === request.source && canonicalOptions(original) === canonicalOptions(request);
    if (!same) throw new Error(`forged: ${path} from ${signed}`);
  }
  console.log(`of ${URLS} URLs: ${JSON.stringify(counts)}`);
  for (const grammar of ["cloudflare", "next", "ipx", "wsrv", "photon", "imgproxy"]) {
    expect(counts[grammar], grammar).toBeGreaterThan(URLS / 100);
  }
});
