/** Every reason for rejecting a line or a whole datagram, and its meaning. A rejection is counted, nothing else. */
export const REJECTIONS = {
  sender: "Datagram from an address outside `WARM_ALLOWED_SENDERS`; not read",
  too_long: "Datagram of more than 1400 bytes; not read",
  empty: "Datagram without any line",
  unsigned: "`WARM_HINT_SECRET` is set and the last line is no signature",
  signature: "The signature is not that of the bytes before it",
  json: "Line that is no JSON object, or no UTF-8; also one with a byte order mark, or white space that JSON does not know",
  version: "`v` is not the number 1",
  time: "`t` (or `timestamp`) is not a positive number",
  path: "`p` (or `jpg`) is no path: absent, an empty list, without its `/`, or not printable ASCII",
  place: "Not exactly one of `r`, `c`, `k`, `colo`, or it is no text",
  region:
    "The place names no deployed region: an unknown name or endpoint, or a code that is not two (`colo`: three) letters",
  format: "`f` is none of `webp`, `avif`, `base`",
  sender_name: "`s` is no text",
} as const;

export type Rejection = keyof typeof REJECTIONS;
