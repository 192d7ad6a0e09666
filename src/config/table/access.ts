/** Who may ask for what, and where the Worker may go. */
import { flag, hex, listOf, oneOf, pattern, whole } from "../read.ts";
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
  signatureSize: {
    variable: "SIGNATURE_SIZE",
    read: whole(16, 32),
    fallback: 32,
    doc: "Length of a signature in bytes, 16 to 32. Below 32 the signature is truncated",
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
