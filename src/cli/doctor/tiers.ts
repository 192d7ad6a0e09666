/** The way of one picture through the stores of a deployment: made, in the edge cache, pushed to a region, in the primary. */
import { toBase64url } from "../../request/signing/base64url.ts";
import { askSigned, type Patient, signedPath } from "./checks.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";
import { type Probed, probe, probePost } from "./probe.ts";

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
  if (patient.pair === null)
    return [unknown("picture", "set SIGNING_KEYS and SIGNING_SALTS to ask for a signed picture")];
  const made = fresh(patient, picture, "made");
  const first = await askSigned(patient, made, ACCEPT);
  if (first.status !== 200)
    return [mend("picture", first.stranger ?? `${picture} is answered with ${first.status} ${first.code}`)];
  const findings: Finding[] = [ok("picture", `made from ${picture}: ${answerOf(first)}`), ...zoneFindings(first)];
  if (isEdgeOff(first)) {
    return [
      ...findings,
      mend(
        "edge",
        "the edge cache is off at this address: use a custom domain, not workers.dev (`npm run deploy -- --domain HOST`)",
      ),
    ];
  }
  const again = await until("edge", () => askSigned(patient, made, ACCEPT), pause);
  findings.push(
    answerOf(again) === "edge"
      ? ok("edge", "the second answer comes from the edge cache")
      : mend(
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
  const path = fresh(patient, picture, from);
  const signed = await signedPath(patient, path);
  const answer = await post(patient, { v: 1, region, format: "webp", deadlineMs: 20_000, paths: [signed] });
  const result = /"result":"([^"]+)"/.exec(answer.text)?.[1] ?? `${answer.status} ${answer.code ?? ""}`;
  if (result !== "warmed" && result !== "already")
    return mend(from, `a push to ${region} answered ${answer.stranger ?? result}`);
  const read = answerOf(await askSigned(patient, path, ACCEPT));
  return read === from
    ? ok(from, `a picture pushed to ${region} comes from the ${from === "region" ? "region's store" : "primary store"}`)
    : mend(from, `a picture pushed to ${region} came from ${read}, not from the ${from} store: is its bucket bound?`);
}

function post(patient: Patient, order: Readonly<Record<string, unknown>>): Promise<Probed> {
  return probePost(patient.fetch, patient.url, "/warm?wait=1", order, patient.warmSecret, patient.now());
}

/** What of a zone is seen in the headers of a picture. */
function zoneFindings({ headers }: Probed): readonly Finding[] {
  const findings: Finding[] = [];
  if (headers.has("cf-polished") || headers.has("cf-bgj"))
    findings.push(mend("polish", "Polish changes the pictures again: switch it off for this host"));
  if (headers.has("cf-resized"))
    findings.push(mend("resizing", "the zone transforms the pictures again: exclude this host"));
  if (/hit/i.test(headers.get("cf-cache-status") ?? "")) {
    findings.push(
      mend("zone cache", "a cache rule of the zone keeps answers where no purge of ours reaches: exclude this host"),
    );
  }
  return findings;
}

/** Options and source of a picture that nobody has asked for before. */
function fresh({ now }: Patient, picture: string, part: string): string {
  return `/w:160/cb:doctor-${part}-${now()}/${toBase64url(new TextEncoder().encode(picture))}`;
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
