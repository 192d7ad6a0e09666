/** Error codes that the client sends in RST_STREAM and GOAWAY (RFC 9113, section 7). */
export const ERROR = {
  none: 0,
  protocol: 1,
  flowControl: 3,
  frameSize: 6,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

export type ErrorCode = (typeof ERROR)[keyof typeof ERROR];

/** An error of the server that ends the connection (RFC 9113, section 5.4.1). */
export type ConnectionError = readonly [code: ErrorCode, what: string];
