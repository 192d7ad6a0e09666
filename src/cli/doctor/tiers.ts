/** The way of one picture through the stores of a deployment: made, in the edge cache, pushed to a region, in the primary. */
import { toBase64url } from "../../request/signing/base64url.ts";
import { type Patient, signedPath } from "./checks.ts";
import { type Finding, fix, ok, unknown } from "./finding.ts";
import { type Probed, probe, probePost } from "./probe.ts";

/** A picture that is asked for when the operator names none: a small PNG with transparency. */
export const DEFAULT_PICTURE =
  "https://upload.wikimedia.org/wikipedia/commons/4/47/PNG_transparency_demonstration_1.png";

export type TierOrder = {
  readonly patient: Patient;
  /** URL of the picture that is fetched. */
  readonly picture: string;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
};

const ACCEPT = { accept: "image/webp,image/*" };
/** The answer is stored after it was sent. A data centre has many machines, and each sees the store a little later. */
const TRIES = 4;
const PAUSE_MS = 700;

export async function tiers({ patient, picture, pause }: TierOrder): Promise<readonly Finding[]> {
  const isDefault = picture === DEFAULT_PICTURE;
  if (patient.pair === null && isDefault) {
    const ways = "set SIGNING_KEYS and SIGNING_SALTS, or name a picture that is served unsigned: --picture URL";
    return [unknown("picture", ways)];
  }
  const made = await fresh(patient, picture, "made");
  const first = await ask(patient, made);
  if (first.status !== 200) {
    const what = first.stranger ?? `${picture} is answered with ${first.status} ${first.code}`;
    if (patient.pair === null && first.code === "source_not_allowed") {
      // A deployment is right to refuse an unsigned picture.
      return [unknown("picture", `${what}: set SIGNING_KEYS and SIGNING_SALTS, or put its host into ALLOWED_SOURCES`)];
    }
    const isSources = first.code?.startsWith("source_") === true;
    return [fix("picture", isSources ? `${what}: try --picture URL of your own` : what)];
  }
  const findings: Finding[] = [ok("picture", `made from ${picture}: ${answerOf(first)}`), ...zoneFindings(first)];
  if (isEdgeOff(first)) {
    return [
      ...findings,
      fix(
        "edge",
        "the edge cache is off at this address: use a custom domain, not workers.dev (`npm run deploy -- --domain HOST`)",
      ),
    ];
  }
  const again = await until("edge", () => ask(patient, made), pause);
  findings.push(
    answerOf(again) === "edge"
      ? ok("edge", "the second answer comes from the edge cache")
      : fix(
          "edge",
          `asked ${TRIES + 1} times, the answer never came from the edge cache but from ${answerOf(again)}: is a rule of the zone in the way, or is the custom domain missing?`,
        ),
  );
  return [...findings, ...zoneFindings(again), ...(await pushed({ patient, picture, pause }))];
}

/** A picture pushed to this region must come from it, and one pushed to another region from the primary. */
async function pushed(order: TierOrder): Promise<readonly Finding[]> {
  const { patient } = order;
  if (patient.warmSecret === null)
    return [unknown("stores", "set WARM_SECRET to check region and primary with a push")];
  // A Worker names its regions when it refuses one.
  const refused = await post(patient, { v: 1, region: "", paths: ["/"] });
  const regions = /region must be one of ([a-z, ]+)/.exec(refused.text)?.[1]?.split(", ") ?? [];
  const { text } = await probe(patient.fetch, `${patient.url}/healthz`);
  const here = /"region":"([a-z]+)"/.exec(text)?.[1] ?? "";
  const there = regions.find((region) => region !== here);
  const findings = [await pushTo(order, here, "region")];
  if (there !== undefined) findings.push(await pushTo(order, there, "primary"));
  return findings;
}

async function pushTo({ patient, picture }: TierOrder, region: string, from: "region" | "primary"): Promise<Finding> {
  const path = await fresh(patient, picture, from);
  const answer = await post(patient, { v: 1, region, format: "webp", deadlineMs: 20_000, paths: [path] });
  const result = /"result":"([^"]+)"/.exec(answer.text)?.[1] ?? `${answer.status} ${answer.code ?? ""}`;
  if (result !== "warmed" && result !== "already")
    return fix(from, `a push to ${region} answered ${answer.stranger ?? result}`);
  const read = answerOf(await ask(patient, path));
  return read === from
    ? ok(from, `a picture pushed to ${region} comes from the ${from === "region" ? "region's store" : "primary store"}`)
    : fix(from, `a picture pushed to ${region} came from ${read}, not from the ${from} store: is its bucket bound?`);
}

function post(patient: Patient, order: Readonly<Record<string, unknown>>): Promise<Probed> {
  return probePost(patient.fetch, patient.url, "/warm?wait=1", order, patient.warmSecret, patient.now());
}

/** What of a zone is seen in the headers of a picture. */
function zoneFindings({ headers }: Probed): readonly Finding[] {
  const findings: Finding[] = [];
  if (headers.has("cf-polished") || headers.has("cf-bgj"))
    findings.push(fix("polish", "Polish changes the pictures again: switch it off for this host"));
  if (headers.has("cf-resized"))
    findings.push(fix("resizing", "the zone transforms the pictures again: exclude this host"));
  if (/hit/i.test(headers.get("cf-cache-status") ?? "")) {
    findings.push(
      fix("zone cache", "a cache rule of the zone keeps answers where no purge of ours reaches: exclude this host"),
    );
  }
  return findings;
}

/**
 * Path of a picture that nobody has asked for before. Without keys it is next/image's, which every Worker serves unsigned
 * for the hosts of ALLOWED_SOURCES. It has no cache buster, so the source gets a query.
 */
async function fresh(patient: Patient, picture: string, part: string): Promise<string> {
  const name = `doctor-${part}-${patient.now()}`;
  if (patient.pair !== null) {
    return signedPath(patient, `/w:160/cb:${name}/${toBase64url(new TextEncoder().encode(picture))}`);
  }
  const source = new URL(picture);
  source.searchParams.set("firstlight", name);
  return `/_next/image?url=${encodeURIComponent(source.href)}&w=160`;
}

function ask({ fetch, url }: Patient, path: string): Promise<Probed> {
  return probe(fetch, `${url}${path}`, { headers: ACCEPT });
}

/** Asks again until the answer comes from `wanted`. Gives the last answer. */
async function until(
  wanted: string,
  ask: () => Promise<Probed>,
  pause: (ms: number) => Promise<void>,
): Promise<Probed> {
  for (let tries = 1; ; tries++) {
    await pause(PAUSE_MS);
    const answer = await ask();
    if (answerOf(answer) === wanted || tries === TRIES) return answer;
  }
}

/** Which store answered, by Cache-Status (RFC 9211): `edge`, `region`, … or `miss`. */
function answerOf({ headers, status }: Probed): string {
  const text = headers.get("cache-status") ?? "";
  return /detail=([\w-]+)/.exec(text)?.[1] ?? (text.includes("fwd=miss") ? "miss" : `status ${status}`);
}

function isEdgeOff({ headers }: Probed): boolean {
  return headers.get("cache-status")?.includes("edge=off") === true;
}
