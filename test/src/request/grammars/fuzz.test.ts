/**
 * Fuzzed URLs of every grammar, seeded: 5 000 in `npm test`, a million in ten parts in `test:long`. No URL leads to a 5xx
 * answer. No unsigned or changed URL counts as signed. The canonical text of a request, read again, gives the same text.
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
import { FUZZ_KEY, FUZZ_SALT, type Fuzzed, fuzzedUrl } from "../../../support/fuzzedUrls.ts";
import { choices } from "../../../support/seeded.ts";
import { LIMITS } from "../../image/orders.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
/** Each part has a seed of its own and takes a minute or two, so that it ends in time on a busy machine too. */
const SEEDS = LONG ? [17, 18, 19, 20, 21, 22, 23, 24, 25, 26] : [17];
const URLS = LONG ? 100_000 : 5_000;
/** WebCrypto verifies in another thread. URLs that are read at the same time share the waits for it. */
const BATCH = 100;
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

/** Reads one URL and checks what came of it. Gives the grammar, or "refused". Throws Error for a fault. */
async function outcomeOf({ path, signed }: Fuzzed, config: typeof OPEN, picture: readonly [number, number]) {
  const request = await read(path, config);
  if (request instanceof Failure) return "refused";
  check(path, request);
  planned(request, picture);
  if (request.authority !== "signature") return request.grammar;
  // No change of a signed URL asks for another picture, or for another source.
  const original = signed === null ? null : await read(signed, SIGNED);
  if (original === null || original instanceof Failure) throw new Error(`forged: ${path}`);
  const same = original.source === request.source && canonicalOptions(original) === canonicalOptions(request);
  if (!same) throw new Error(`forged: ${path} from ${signed}`);
  return request.grammar;
}

test.each(SEEDS)(`${URLS} fuzzed URLs, seed %i`, { timeout: 900_000 }, async (seed) => {
  const from = choices(seed);
  const counts: Record<string, number> = {};
  for (let first = 0; first < URLS; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => {
      const fuzzed = fuzzedUrl(from);
      const config = fuzzed.signed === null && from.chance(0.7) ? OPEN : SIGNED;
      return outcomeOf(fuzzed, config, PICTURES[(first + i) % PICTURES.length] ?? PICTURES[0]);
    });
    for (const outcome of await Promise.all(batch)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  console.log(`of ${URLS} URLs: ${JSON.stringify(counts)}`);
  for (const grammar of ["cloudflare", "next", "ipx", "wsrv", "photon", "imgproxy"]) {
    expect(counts[grammar], grammar).toBeGreaterThan(URLS / 100);
  }
});
