/** One request to a deployment, and who answered it: the Worker, or something in front of it. */
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../request/signing/signedBody.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type Probed = {
  readonly status: number;
  readonly headers: Headers;
  /** The first bytes of the body as text. */
  readonly text: string;
  /** The code of an error of the Worker, such as `signature_invalid`; null = no error of it. */
  readonly code: string | null;
  /** What answered instead of the Worker, and what to do; null = the Worker answered. */
  readonly stranger: string | null;
};

const TIMEOUT_MS = 30_000;
const SHOWN = 2_000;

/** Never throws for an answer. Throws what `fetch` throws. */
export async function probe(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Probed> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  const text = (await response.text()).slice(0, SHOWN);
  const { status, headers } = response;
  const code = codeOf(text);
  return { status, headers, text, code, stranger: strangerOf(status, headers, text, code) };
}

/** A POST as our own tools sign it. `secret` null: unsigned. `now` in milliseconds. */
export async function probePost(
  fetch: Fetch,
  url: string,
  path: string,
  order: Readonly<Record<string, unknown>>,
  secret: string | null,
  now: number,
): Promise<Probed> {
  const body = new TextEncoder().encode(JSON.stringify(order));
  const time = String(Math.floor(now / 1000));
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (secret !== null) {
    headers[TIME_HEADER] = time;
    headers[SIGNATURE_HEADER] = await signBody(secret, path.split("?", 1)[0] ?? path, time, body);
  }
  return probe(fetch, `${url}${path}`, { method: "POST", headers, body });
}

/** Pages of the platform that stand in the place of the Worker's answer: their number and what it means. */
const PAGES = {
  "1010": "the browser integrity check refused this request: switch it off for this host",
  "1011": "Hotlink Protection refused this request: switch it off for this host",
  "1020": "a firewall rule refused this request: let it pass on this host",
  "1101": "the Worker threw an exception: read its log (`npx wrangler tail`)",
  "1102": "the Worker took more CPU than its plan allows: use the paid plan",
} as const satisfies Readonly<Record<string, string>>;

function strangerOf(status: number, headers: Headers, text: string, code: string | null): string | null {
  const place = headers.get("location") ?? "";
  if (/cloudflareaccess\.com|\/cdn-cgi\/access\//.test(place)) {
    return "Cloudflare Access shows a log-in page: remove the Access application from this host";
  }
  if (headers.get("cf-mitigated") === "challenge" || /challenge-platform|Just a moment/.test(text)) {
    return "a bot rule challenges this request: add a rule that skips bot checks for it";
  }
  const page = Object.entries(PAGES).find(([number]) => new RegExp(`error (code: )?${number}`, "i").test(text));
  if (page !== undefined) return page[1];
  const isOurs = code !== null || headers.get("cache-status")?.startsWith("firstlight") === true;
  if (isOurs || status === 308 || /"status":"ok"|"accepted":/.test(text)) return null;
  const what = text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return `something else answered ${status}${what === "" ? "" : `: ${what}`}`;
}

function codeOf(text: string): string | null {
  return /^\{"[\s\S]*"code":"([a-z_]+)"/.exec(text)?.[1] ?? null;
}
