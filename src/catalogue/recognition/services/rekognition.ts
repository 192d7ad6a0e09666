/** Amazon Rekognition's DetectLabels over JSON 1.1 (docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectLabels.html). */
import { isObject } from "../../record.ts";
import type { Box, FoundLabel } from "../labels.ts";
import { CALL_TIMEOUT_MS, type Recognised, type Recogniser, SERVICES } from "../recogniser.ts";
import { type SigV4Keys, signV4 } from "./sigV4.ts";

export type RekognitionPlace = SigV4Keys & {
  readonly region: string;
  /** Another address than the region's own; "" = that one. */
  readonly endpoint: string;
};

type Deps = { readonly fetch: typeof fetch; readonly now: () => number; readonly timeoutMs?: number };

/** Most bytes of a picture that is sent as bytes. */
const MAX_BYTES = 5_242_880;
const MAX_LABELS = 100;
/** Answers of the service that say what to do next, by the error's name. What is not here goes by the HTTP status. */
const ERRORS: Readonly<Record<string, Exclude<Recognised["kind"], "found" | "unknown">>> = {
  ThrottlingException: "throttled",
  ProvisionedThroughputExceededException: "throttled",
  LimitExceededException: "throttled",
  InternalServerError: "unavailable",
  ImageTooLargeException: "refused",
  InvalidImageFormatException: "refused",
  InvalidParameterException: "refused",
};

export function rekognition(place: RekognitionPlace, { fetch, now, timeoutMs = CALL_TIMEOUT_MS }: Deps): Recogniser {
  const { region, endpoint } = place;
  const url = new URL(endpoint === "" ? `https://rekognition.${region}.amazonaws.com/` : endpoint);
  return {
    provider: "rekognition",
    ...SERVICES.rekognition,
    async recognise(jpeg) {
      if (jpeg.length > MAX_BYTES) return { kind: "refused", why: `${jpeg.length} bytes, the limit is ${MAX_BYTES}` };
      const order = { Image: { Bytes: base64Of(jpeg) }, MaxLabels: MAX_LABELS, MinConfidence: 50 };
      const body = Uint8Array.from(new TextEncoder().encode(JSON.stringify(order)));
      const named = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "RekognitionService.DetectLabels",
      };
      const headers = await signV4({ url, headers: named, body, region, service: "rekognition" }, place, now());
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
        return answerOf(response.status, await response.text());
      } catch (error) {
        return { kind: "unknown", why: error instanceof Error ? error.name : "no answer" };
      }
    },
  };
}

/** Pure. The service's own text is not repeated: it may quote the picture's labels. */
export function answerOf(status: number, text: string): Recognised {
  const body = parsed(text);
  if (status === 200) {
    if (body === null || !Array.isArray(body.Labels)) return { kind: "unknown", why: "200 without labels" };
    const version = body.LabelModelVersion;
    const labels = body.Labels.flatMap(labelOf);
    return { kind: "found", labels, modelVersion: typeof version === "string" && version !== "" ? version : "unknown" };
  }
  // `com.amazonaws.rekognition#ThrottlingException:http://…` in some protocols; the name is what counts.
  const name = /([A-Za-z]+)(?::|$)/.exec(String(body?.__type ?? ""))?.[1] ?? "";
  const known = Object.hasOwn(ERRORS, name) ? ERRORS[name] : undefined;
  if (known === "throttled" || status === 429) return { kind: "throttled" };
  const why = /(?:Exception|Error)$/.test(name) ? name : `HTTP ${status}`;
  if (known !== undefined) return { kind: known, why };
  return { kind: status >= 500 ? "unavailable" : "misconfigured", why };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function labelOf(value: unknown): readonly FoundLabel[] {
  if (!isObject(value) || typeof value.Name !== "string" || typeof value.Confidence !== "number") return [];
  const { Name: name, Confidence, Parents, Aliases, Instances } = value;
  const boxes = listed(Instances).flatMap(({ BoundingBox: box }) => (isObject(box) ? boxOf(box) : []));
  return [{ name, confidence: Confidence / 100, parents: namesOf(Parents), aliases: namesOf(Aliases), boxes }];
}

function namesOf(value: unknown): readonly string[] {
  return listed(value).flatMap(({ Name }) => (typeof Name === "string" ? [Name] : []));
}

function boxOf({ Left, Top, Width, Height }: Readonly<Record<string, unknown>>): readonly Box[] {
  const sides = [Left, Top, Width, Height].filter((side) => typeof side === "number");
  return sides.length === 4 ? [sides] : [];
}

function listed(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** As many bytes as a call may have arguments, and a multiple of three. */
const STEP = 8_190;

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) text += btoa(String.fromCharCode(...bytes.subarray(at, at + STEP)));
  return text;
}
