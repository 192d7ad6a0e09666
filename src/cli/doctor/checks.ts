/** What `npm run doctor` asks a deployment. Each check gives findings, in the order in which they are printed. */
import type { SigningPair } from "../../config/config.ts";
import { toBase64url } from "../../request/signing/base64url.ts";
import { signPath } from "../../request/signing/signature.ts";
import { type Finding, fix, ok, unknown } from "./finding.ts";
import { type Fetch, type Probed, probe, probePost } from "./probe.ts";

export type Patient = {
  /** The deployment's address, without a slash at the end. */
  readonly url: string;
  readonly fetch: Fetch;
  /** The newest signing pair; null = not known here. */
  readonly pair: SigningPair | null;
  readonly signatureSize: number;
  readonly warmSecret: string | null;
  readonly purgeSecret: string | null;
  readonly catalogueSecret: string | null;
  /** Unix milliseconds. */
  readonly now: () => number;
};

/** An address of a range for documentation (RFC 5737). The Worker refuses it after the signature, and asks nobody. */
const NOWHERE = "192.0.2.1";
const PASSED = "address_private";

export const CHECKS: readonly ((patient: Patient) => Promise<readonly Finding[]>)[] = [
  redirect,
  signature,
  normalisation,
  hotlink,
  warmSecret,
  purgeSecret,
  catalogueSecret,
];

/** Whether the Worker answers at all. Without it no other check makes sense. */
export async function health({ fetch, url }: Patient): Promise<Finding> {
  const { status, text, stranger, code } = await probe(fetch, `${url}/healthz`);
  if (stranger !== null) return fix("answers", stranger);
  if (code === "misconfigured") {
    return fix("answers", "a variable or the live settings cannot be read: the log says which (`npx wrangler tail`)");
  }
  if (status !== 200) return fix("answers", `GET /healthz answered ${status} ${text.slice(0, 100)}`);
  return ok("answers", `version ${/"version":"([^"]*)"/.exec(text)?.[1] ?? "unknown"}`);
}

export async function redirect({ fetch, url }: Patient): Promise<readonly Finding[]> {
  const { protocol, host } = new URL(url);
  if (isLoopback(url)) return [unknown("https", "not asked for on loopback")];
  if (protocol === "http:") return [fix("https", `give the https:// address: pages need it`)];
  const { status, headers } = await probe(fetch, `http://${host}/healthz`);
  const place = headers.get("location") ?? "";
  const isRight = status >= 301 && status <= 308 && place.startsWith("https://");
  return [
    isRight
      ? ok("https", `http:// is redirected (${status})`)
      : fix("https", `http:// answers ${status}, no redirect: switch on "Always Use HTTPS"`),
  ];
}

export async function signature(patient: Patient): Promise<readonly Finding[]> {
  if (patient.pair === null) {
    return [unknown("signature", "set SIGNING_KEYS and SIGNING_SALTS in the environment to check signed addresses")];
  }
  const { code, stranger } = await askSigned(patient, `/w:64/${toBase64url(encode(`https://${NOWHERE}/a.png`))}`);
  if (stranger !== null) return [fix("signature", stranger)];
  if (code === PASSED) return [ok("signature", "the Worker accepts the newest pair of SIGNING_KEYS and SIGNING_SALTS")];
  if (code !== "signature_invalid" && code !== "signature_missing") {
    return [fix("signature", `a signed address is answered with ${code ?? "no error"}`)];
  }
  return [
    fix(
      "signature",
      `the Worker has other keys than this environment: ${settingOf(patient.url, "SIGNING_KEYS", "SIGNING_SALTS")}`,
    ),
  ];
}

/** Two slashes and an escaped letter, which a zone that normalises rewrites, so that the signature fails. */
async function normalisation(patient: Patient): Promise<readonly Finding[]> {
  const name = "normalisation";
  if (patient.pair === null) return [unknown(name, "it shows only with signed addresses (SIGNING_KEYS)")];
  const plain = await askSigned(patient, `/w:64/plain/https://${NOWHERE}/a.png`);
  if (plain.code !== PASSED) return [unknown(name, "signed addresses fail already without it")];
  const { code } = await askSigned(patient, `/w:64/plain/https://${NOWHERE}//%41.png`);
  if (code === PASSED) return [ok(name, "the zone hands addresses over as they are")];
  return [
    fix(
      name,
      "the zone rewrites addresses, so plain sources with // or %41 fail: Rules, Settings, URL normalization: none; or sign base64 sources only",
    ),
  ];
}

/** Hotlink Protection looks at the file's ending and at the page that the picture is on. */
async function hotlink(patient: Patient): Promise<readonly Finding[]> {
  const name = "hotlink";
  const path = `${patient.url}/unsigned/w:64/${toBase64url(encode(`https://${NOWHERE}/a.png`))}.png`;
  const alone = await probe(patient.fetch, path);
  const embedded = await probe(patient.fetch, path, {
    headers: { referer: "https://a-page-of-somebody-else.example/" },
  });
  if (alone.stranger === null && embedded.stranger === null)
    return [ok(name, "pictures may be on other people's pages")];
  if (alone.stranger !== null) return [fix(name, alone.stranger)];
  return [
    fix(name, `on other people's pages: ${embedded.stranger ?? ""}. Hotlink Protection must be off for this host`),
  ];
}

async function warmSecret(patient: Patient): Promise<readonly Finding[]> {
  return [await secretFinding(patient, "warm", "/warm", "WARM_SECRET", patient.warmSecret)];
}

async function purgeSecret(patient: Patient): Promise<readonly Finding[]> {
  return [await secretFinding(patient, "purge", "/purge", "PURGE_SECRET", patient.purgeSecret)];
}

async function catalogueSecret(patient: Patient): Promise<readonly Finding[]> {
  return [await secretFinding(patient, "catalogue", "/catalogue", "CATALOGUE_SECRET", patient.catalogueSecret)];
}

/** An order without content: the Worker reads it only after its signature, refuses it, and does nothing. */
async function secretFinding(
  { fetch, url, now }: Patient,
  name: string,
  path: string,
  variable: string,
  secret: string | null,
): Promise<Finding> {
  const { status, code, stranger } = await probePost(fetch, url, path, {}, secret, now());
  if (stranger !== null) return fix(name, `POST ${path}: ${stranger}`);
  if (code === "not_found") {
    const advice = settingOf(url, variable);
    // A deployment may do without: whoever wants it has the secret in the environment.
    return secret === null
      ? unknown(name, `the Worker has no ${variable}, so ${path} is off. To switch it on: ${advice}`)
      : fix(name, `the Worker has no ${variable}: ${advice}`);
  }
  if (secret === null && code === "unauthorised") {
    return unknown(name, `the Worker has a ${variable}; set it in the environment to check that it is the same`);
  }
  if (code === "body_invalid") return ok(name, `${variable} is the same here and there`);
  if (code === "unauthorised") {
    return fix(name, `the Worker has another ${variable} than this environment, or this machine's clock is wrong`);
  }
  return fix(name, `POST ${path} answered ${status} ${code ?? ""}`);
}

/** Asks for a path of options and source, signed. */
export async function askSigned(patient: Patient, path: string): Promise<Probed> {
  return probe(patient.fetch, `${patient.url}${await signedPath(patient, path)}`);
}

/** Throws Error without a signing pair. */
export async function signedPath({ pair, signatureSize }: Patient, path: string): Promise<string> {
  if (pair === null) throw new Error("No signing pair is known here");
  return `/${await signPath(path, pair, signatureSize)}${path}`;
}

function isLoopback(url: string): boolean {
  return /^(127\.|localhost$|\[::1\])/.test(new URL(url).hostname);
}

/** How an operator sets secrets there. On loopback it is `npm run edge`, which has no secrets of the platform. */
function settingOf(url: string, ...names: readonly string[]): string {
  if (isLoopback(url)) return `npm run edge -- ${names.map((name) => `--var ${name}=…`).join(" ")}`;
  return names.map((name) => `\`npx wrangler secret put ${name}\``).join(" and ");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
