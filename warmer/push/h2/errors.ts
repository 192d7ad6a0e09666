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

/** The server sends too many frames that bring no response forward. */
export function flood(what: string): ConnectionError {
  return [ERROR.enhanceYourCalm, `flood of ${what}`];
}

/**
 * The error of a frame that is too short for its padding or priority: their own bytes (section 4.2), or the bytes
 * they announce (section 6.1).
 */
export function paddingError(
  name: string,
  { length, overhead }: { readonly length: number; readonly overhead: number },
): ConnectionError {
  if (length < overhead) return [ERROR.frameSize, `${name} of ${length} bytes, less than ${overhead}`];
  return [ERROR.protocol, `padding longer than its ${name} of ${length} bytes`];
}
