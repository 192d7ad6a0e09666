/** Every reason for rejecting a line or a whole datagram, and its meaning. A rejection is counted, nothing else. */
export const REJECTIONS = {
  sender: "The sender's address is outside `WARM_ALLOWED_SENDERS`. The datagram is not read.",
  too_long: "The datagram has more than 1400 bytes. It is not read.",
  empty: "The datagram has no line.",
  unsigned: "`WARM_HINT_SECRET` is set, and the last line is not a signature.",
  signature: "The signature does not match the bytes before it.",
  json: "The line is not a JSON object, or not UTF-8. A byte order mark or white space outside RFC 8259 counts too.",
  version: "`v` is not the number 1.",
  time: "`t` (or `timestamp`) is not a positive number.",
  path: "`p` (or `jpg`) is not a path: it is missing, an empty list, without its `/`, or not printable ASCII.",
  place: "There is not exactly one of `r`, `c`, `k`, `colo`, or it is not a text.",
  region:
    "The place is not a deployed region: an unknown name or endpoint, or a code that does not have two (`colo`: three) letters.",
  format: "`f` is not one of `webp`, `avif`, `base`.",
  sender_name: "`s` is not a text.",
} as const;

export type Rejection = keyof typeof REJECTIONS;
