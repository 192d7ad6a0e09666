/** The answers for failures that a source causes: a part of the table in errors.ts. */
export type Answer = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 410 | 413 | 415 | 429 | 451 | 500 | 502 | 503 | 504 | 508;
  /** Public text. The fact of the same name replaces `{name}`. */
  readonly message: string;
  /** How long shared caches and our negative cache may keep the answer, in seconds. 0 = no-store. */
  readonly cacheSeconds: number;
  /** True: the operator must look into it. It is logged at error level. */
  readonly report: boolean;
};

export const SOURCE_ANSWERS = {
  source_missing: { status: 404, message: "The source answered {value}", cacheSeconds: 300, report: false },
  source_placeholder: {
    status: 404,
    message: "The source shows a notice in place of the picture",
    cacheSeconds: 300,
    report: false,
  },
  source_failed: { status: 502, message: "The source answered {value}", cacheSeconds: 30, report: false },
  source_refused: {
    status: 502,
    message: "The source refused the request with {value}",
    cacheSeconds: 30,
    report: false,
  },
  source_unreachable: { status: 502, message: "The source cannot be reached", cacheSeconds: 30, report: false },
  source_tls: { status: 502, message: "The source has no valid HTTPS", cacheSeconds: 30, report: false },
  source_broken: {
    status: 502,
    message: "The source stopped before the end of the picture",
    cacheSeconds: 30,
    report: false,
  },
  source_redirects: {
    status: 502,
    message: "The source redirects more than {limit} times",
    cacheSeconds: 30,
    report: false,
  },
  source_redirect_refused: {
    status: 502,
    message: "The source redirects to a place that is not allowed",
    cacheSeconds: 30,
    report: false,
  },
  source_timeout: {
    status: 504,
    message: "The source took longer than {limit} ms {stage}",
    cacheSeconds: 30,
    report: false,
  },
  source_encoding: {
    status: 502,
    message: "The source sent content coding {value}, which is not decoded here",
    cacheSeconds: 30,
    report: false,
  },
  source_breaker_open: {
    status: 502,
    message: "The source fails too often; it is asked again in {retryAfter} s",
    cacheSeconds: 0,
    report: false,
  },
  not_an_image: {
    status: 415,
    message: "The source is not a picture of a known format",
    cacheSeconds: 300,
    report: false,
  },
  format_unsupported: {
    status: 415,
    message: "Pictures of the format {value} are not decoded here",
    cacheSeconds: 300,
    report: false,
  },
  image_damaged: { status: 415, message: "The picture is damaged: {why}", cacheSeconds: 300, report: false },
  source_too_many_bytes: {
    status: 413,
    message: "The source is over the limit of {limit} bytes",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_many_pixels: {
    status: 413,
    message: "The source has {value} pixels, the limit is {limit}",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_many_frames: {
    status: 413,
    message: "The source has {value} frames, the limit is {limit}",
    cacheSeconds: 3600,
    report: false,
  },
  source_too_complex: {
    status: 413,
    message: "The source takes too much work: {why}",
    cacheSeconds: 3600,
    report: false,
  },
} as const satisfies Record<string, Answer>;
