/** Error codes of RST_STREAM and GOAWAY that we send (RFC 9113, section 7). */
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

/** What the server did amiss that ends the connection (section 5.4.1). */
export type ConnectionError = readonly [code: ErrorCode, what: string];
