/** The port to a service that says what is in a picture. */
import type { FoundLabel } from "./labels.ts";

/** What one call came to. Only `found` and `unknown` count as paid. */
export type Recognised =
  | { readonly kind: "found"; readonly labels: readonly FoundLabel[]; readonly modelVersion: string }
  /** The service asks for fewer calls. */
  | { readonly kind: "throttled" }
  /** The service has answered that it failed. */
  | { readonly kind: "unavailable"; readonly why: string }
  /** No answer: it may have worked, and may have charged for it. */
  | { readonly kind: "unknown"; readonly why: string }
  /** The service does not take this picture. Another try would fail too. */
  | { readonly kind: "refused"; readonly why: string }
  /** Keys, region or permissions are wrong. */
  | { readonly kind: "misconfigured"; readonly why: string };

export type Recogniser = {
  /** Named in tags: `rekognition`. */
  readonly provider: string;
  /** The model that is asked for. A change of it makes pictures eligible again. */
  readonly model: string;
  /** Millionths of a dollar for a call. */
  readonly priceMicros: number;
  /** Never throws. `jpeg`: at most 2 megapixels. */
  readonly recognise: (jpeg: Uint8Array<ArrayBuffer>) => Promise<Recognised>;
};

/** List prices, read 2026-11. */
export const SERVICES = {
  // aws.amazon.com/rekognition/pricing: $0.001 a picture in the first million of a month.
  rekognition: { model: "rekognition-labels-3", priceMicros: 1_000 },
  // developers.cloudflare.com/workers-ai/platform/pricing: $2.51 a million pictures. A ledger counts whole millionths.
  "workers-ai": { model: "@cf/microsoft/resnet-50", priceMicros: 3 },
} as const;

export type ServiceName = keyof typeof SERVICES;

/** No service may hold a worker for longer, in milliseconds. */
export const CALL_TIMEOUT_MS = 10_000;
