import { FORMATS } from "../hint/protocol.ts";
import { MAX_PATHS_PER_PUSH } from "../push/pushRequest.ts";
import { HTTP_CHOICES } from "../push/socket.ts";
import { choice, cidrs, hostPort, integer, pairs, placePairs, regionUrls, secret } from "./parsers.ts";

/**
 * Every variable of the warmer: its default, its parser, and its documentation. The configuration, its checks and the
 * table in docs/operator/warmer.md all come from here.
 */
export const VARIABLES = {
  WARM_LISTEN: {
    fallback: "127.0.0.1:4814",
    parse: hostPort,
    doc: "Address and port of the UDP socket. Keep it on loopback or a private network.",
  },
  WARM_REGIONS: {
    fallback: "",
    parse: regionUrls,
    doc: "Required. The deployed regions and the Worker that fills each: `weur=https://…,enam=https://…`. All may name the same Worker.",
  },
  WARM_SECRET: {
    fallback: "",
    parse: secret,
    doc: "Signs pushes. It must be the Worker's `WARM_SECRET`. Unset: pushes are unsigned, and a Worker refuses them.",
  },
  WARM_HINT_SECRET: {
    fallback: "",
    parse: secret,
    doc: "Datagrams must carry an HMAC with this secret. Unset: all datagrams of allowed senders are accepted.",
  },
  WARM_ALLOWED_SENDERS: {
    fallback: "127.0.0.0/8,::1/128",
    parse: cidrs,
    doc: "CIDRs whose datagrams are read. UDP senders can be forged, so also use a private network and the secret.",
  },
  WARM_MAX_AGE_MS: {
    fallback: "50",
    parse: integer(1, 60_000),
    doc: "A hint older than this is dropped, on receipt and again at the push.",
  },
  WARM_SKEW: {
    fallback: "on",
    parse: choice(["on", "off"]),
    doc: "`on` learns the clock offset of each sender. `off` compares stamps with our clock directly.",
  },
  WARM_FORMAT: {
    fallback: "webp",
    parse: choice(FORMATS),
    doc: "Accept class of hints that name none: `webp`, `avif` or `base`.",
  },
  WARM_ENDPOINTS: {
    fallback: "",
    parse: pairs,
    doc: "For Flickr's form: first label of `http_endpoint` -> region, `es=weur,sg=apac`.",
  },
  WARM_PLACES: {
    fallback: "",
    parse: placePairs,
    doc: "Corrections to the table of places: `colo:DXB=weur,c:IN=apac,k:OC=apac,r:eeur=weur`. Give the Worker the same.",
  },
  WARM_BATCH_MS: {
    fallback: "3",
    parse: integer(0, 1_000),
    doc: "How long a hint may wait for others of its region (up to `WARM_BATCH` share a push). `0` sends each hint alone.",
  },
  WARM_BATCH: {
    fallback: "5",
    parse: integer(1, MAX_PATHS_PER_PUSH),
    doc: "Most hints of one push, 1 to 20. The edge works on 5 pictures of a push at once; further ones wait for these.",
  },
  WARM_DEDUP_SECONDS: {
    fallback: "30",
    parse: integer(0, 604_800),
    doc: "For this long, a path is not pushed to a region again. `0` turns this off.",
  },
  WARM_DEDUP_CAPACITY: {
    fallback: "1000000",
    parse: integer(1, 67_108_864),
    doc: "Pushed paths that are remembered, about 25 bytes each. Above it the oldest are evicted and counted.",
  },
  WARM_CONNECTIONS: {
    fallback: "64",
    parse: integer(1, 4_096),
    doc: "Requests that can be in flight to each region. With HTTP/1.1 this many connections are kept open.",
  },
  WARM_HTTP: {
    fallback: "auto",
    parse: choice(HTTP_CHOICES),
    doc: "HTTP version of the pushes. `auto`: what the TLS handshake selects, and `1.1` without TLS. `1.1`. `2`: on `http://` without negotiation.",
  },
  WARM_DEADLINE_MS: {
    fallback: "800",
    parse: integer(1, 30_000),
    doc: "`deadlineMs` of a push: the edge drops a picture it has not started by then.",
  },
  WARM_RECEIVE: {
    fallback: "dgram",
    parse: choice(["dgram", "ffi"]),
    doc: "`ffi` reads many datagrams per system call through `node:ffi` (Node 26). Where it is not available, `dgram` is used.",
  },
  WARM_RECEIVE_BUFFER: {
    fallback: "0",
    parse: integer(0, 1_073_741_824),
    doc: "Receive buffer of the socket in bytes. `0` holds the datagrams of 10 ms (see Sizing).",
  },
  METRICS_LISTEN: {
    fallback: "127.0.0.1:9464",
    parse: hostPort,
    doc: "Address and port of `/metrics`, `/healthz` and `/readyz`.",
  },
} as const;

export type VariableName = keyof typeof VARIABLES;
