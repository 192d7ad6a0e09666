/**
 * A temporary certificate authority for `npm run edge -- --h2`, the demo and tests: X.509 v3 (RFC 5280) in DER (X.690). It
 * is written here, because node:crypto makes keys and signatures but no certificates, and nobody should need `openssl`.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

export type Certificate = { readonly cert: string; readonly key: string };

export type Authority = {
  /** PEM of the root, for NODE_EXTRA_CA_CERTS. */
  readonly root: string;
  /** A certificate for these DNS names and IPv4 addresses; `days` < 0 makes one that has expired. */
  issue(names: readonly string[], days?: number): Certificate;
};

const DAY_MS = 86_400_000;

const OIDS = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
} as const;

/** One DER value: tag, definite length, contents. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...length), body]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);

/** An object identifier: the first two arcs share a byte, the others are base 128. */
function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

const commonName = (name: string) => sequence(der(0x31, sequence(oid(OIDS.commonName), der(0x0c, Buffer.from(name)))));

/** UTCTime, `YYMMDDHHMMSSZ`, for dates up to 2049 (RFC 5280 4.1.2.5.1). */
function utcTime(at: number): Uint8Array {
  const digits = new Date(at).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

/** A certificate extension (RFC 5280 4.1). All of ours are critical except the names. */
function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [der(0x01, Uint8Array.of(0xff))] : []), der(0x04, value));
}

/** GeneralName: iPAddress [7] or dNSName [2]. */
function generalName(name: string): Uint8Array {
  return isIPv4(name) ? der(0x87, Uint8Array.from(name.split("."), Number)) : der(0x82, Buffer.from(name));
}

type Order = {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly from: number;
  readonly to: number;
  readonly extensions: readonly Uint8Array[];
};

function certificate(order: Order): string {
  const algorithm = sequence(oid(OIDS.ecdsaWithSha256));
  const serial = randomBytes(8);
  // A serial number is positive and has no leading zero byte (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    algorithm,
    commonName(order.issuer),
    sequence(utcTime(order.from), utcTime(order.to)),
    commonName(order.subject),
    order.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...order.extensions)),
  );
  const signature = sign("sha256", body, order.issuerKey);
  const bytes = sequence(body, algorithm, der(0x03, Uint8Array.of(0), signature));
  const lines = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** A new authority with its own key (P-256), valid from yesterday until tomorrow. */
export function createAuthority(name = "Firstlight local authority"): Authority {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const root = certificate({
    subject: name,
    publicKey: pair.publicKey,
    issuer: name,
    issuerKey: pair.privateKey,
    from: now - DAY_MS,
    to: now + DAY_MS,
    extensions: [
      extension(OIDS.basicConstraints, true, sequence(der(0x01, Uint8Array.of(0xff)))),
      extension(OIDS.keyUsage, true, der(0x03, Uint8Array.of(1, 0x06))),
    ],
  });
  return {
    root,
    issue(names, days = 1) {
      const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const cert = certificate({
        subject: names[0] ?? "localhost",
        publicKey: leaf.publicKey,
        issuer: name,
        issuerKey: pair.privateKey,
        from: now + Math.min(days - 1, -1) * DAY_MS,
        to: now + days * DAY_MS,
        extensions: [extension(OIDS.subjectAltName, false, sequence(...names.map(generalName)))],
      });
      return { cert, key: leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}
