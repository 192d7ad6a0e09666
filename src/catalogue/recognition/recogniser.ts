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

type ListPrice = {
  /** US dollars for a million pictures. */
  readonly usdPerMillion: number;
  /** Year and month in which the price list was read, and where it is. */
  readonly read: string;
  readonly source: string;
  /** What a picture is reserved at in the ledger, which counts whole millionths of a dollar: the price, rounded up. */
  readonly priceMicros: number;
};

export type ServiceName = "rekognition" | "workers-ai";

/** `finds`: for the documentation. */
export const SERVICES = {
  rekognition: {
    ...{ model: "rekognition-labels-3", finds: "about 3 000 labels with parents, aliases and boxes" },
    // Of the first million pictures of a month; further ones cost less.
    ...{ usdPerMillion: 1_000, priceMicros: 1_000, read: "2026-10", source: "aws.amazon.com/rekognition/pricing/" },
  },
  "workers-ai": {
    // 228 055 neurons. A thousand neurons still cost $0.011 in 2026-09.
    ...{ model: "@cf/microsoft/resnet-50", finds: "ImageNet's 1 000 classes" },
    ...{ usdPerMillion: 2.51, priceMicros: 3, read: "2025-02" },
    source: "developers.cloudflare.com/workers-ai/platform/pricing/",
  },
} as const satisfies Readonly<Record<ServiceName, ListPrice & { readonly model: string; readonly finds: string }>>;

/** No service may hold a worker for longer, in milliseconds. */
export const CALL_TIMEOUT_MS = 10_000;
