/** Who may ask for what, and where the Worker may go. */
import { KEY_CLASSES } from "../config.ts";
import { aesKey, flag, hex, listOf, name, oneOf, pattern, whole } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

export const ACCESS = {
  signingKeys: {
    variable: "SIGNING_KEYS",
    read: listOf(hex),
    fallback: [],
    secret: true,
    doc: "Keys that sign URLs of the imgproxy grammar: hex, separated by commas. Any of them may sign, so keys can be rotated",
  },
  signingSalts: {
    variable: "SIGNING_SALTS",
    read: listOf(hex),
    fallback: [],
    secret: true,
    doc: "Salts: hex, separated by commas, one per key in the same order",
  },
  signingKeyNames: {
    variable: "SIGNING_KEY_NAMES",
    read: listOf(name),
    fallback: [],
    doc: "Names of the signing keys, separated by commas, one per key in the same order, such as `shop,partner`. Misses are counted under them. Empty = none",
  },
  signingKeyLimits: {
    variable: "SIGNING_KEY_LIMITS",
    read: listOf(oneOf(...KEY_CLASSES)),
    fallback: [],
    doc: "Limit class of each named key, in the same order: `none`, `standard` (binding `KEY_LIMIT_STANDARD`) or `strict` (`KEY_LIMIT_STRICT`). All misses of a key's addresses count together, per Cloudflare location. Empty = none",
  },
  signatureSize: {
    variable: "SIGNATURE_SIZE",
    read: whole(16, 32),
    fallback: 32,
    doc: "Length of a signature in bytes, 16 to 32. Below 32 the signature is truncated",
  },
  sourceUrlEncryptionKey: {
    variable: "SOURCE_URL_ENCRYPTION_KEY",
    read: aesKey,
    fallback: null,
    secret: true,
    doc: "Decrypts `/enc/` sources of the imgproxy grammar: hex of 16, 24 or 32 bytes (AES-CBC). Such addresses need a signature",
  },
  signedNeedsAllowed: {
    variable: "SIGNED_NEEDS_ALLOWED",
    read: flag,
    fallback: false,
    doc: "`true`: signed requests, too, may reach only `ALLOWED_SOURCES`",
  },
  allowedSources: {
    variable: "ALLOWED_SOURCES",
    read: listOf(pattern),
    fallback: [],
    doc: "Hosts that unsigned requests may reach: `example.org`, `*.example.org`, `example.org/photos`. Two labels or more must follow `*.`. Empty = none",
  },
  allowSecurityOptions: {
    variable: "ALLOW_SECURITY_OPTIONS",
    read: flag,
    fallback: false,
    doc: "`true`: signed addresses may say imgproxy's security options, such as `max_src_resolution`. They only lower a limit. Otherwise they get 400",
  },
  allowedReferers: {
    variable: "ALLOWED_REFERERS",
    read: listOf(pattern),
    fallback: [],
    doc: "Sites whose pages may show pictures, as in `ALLOWED_SOURCES`; the others get 403 `referer_refused`, for stored pictures too. Name your site and `*.` its subdomains. Empty = all",
  },
  emptyReferer: {
    variable: "EMPTY_REFERER",
    read: flag,
    fallback: true,
    doc: "Whether requests without a Referer pass `ALLOWED_REFERERS`. Pages with `Referrer-Policy: no-referrer`, apps and address bars send none",
  },
  httpSources: {
    variable: "HTTP_SOURCES",
    read: oneOf("upgrade", "allow", "deny"),
    fallback: "upgrade",
    doc: "What happens to `http://` sources: `upgrade` tries HTTPS first, `allow` fetches them as given, `deny` answers 403",
  },
  allowLoopbackSources: {
    variable: "ALLOW_LOOPBACK_SOURCES",
    read: flag,
    fallback: false,
    doc: "For development: `true` allows sources on loopback at any port. It is an error unless the Worker itself answers on loopback",
  },
} as const satisfies SomeSettings;
