/** What goes wrong between these programs and a server, in words: what it is, and what to do. */

type Words = { readonly text: string; readonly passes: boolean };

const TLS = "its certificate is not trusted here";

/** Error codes of Node (errors of the system, of its TLS and of fetch). `passes`: another try may succeed. */
const BY_CODE = {
  ECONNREFUSED: { text: "nothing listens there. Is the address right, and does the server run?", passes: true },
  ECONNRESET: { text: "the connection was cut", passes: true },
  EPIPE: { text: "the connection was cut", passes: true },
  UND_ERR_SOCKET: { text: "the connection was cut", passes: true },
  EHOSTUNREACH: { text: "no way leads there", passes: true },
  ENETUNREACH: { text: "no way leads there. Is this machine online?", passes: true },
  ETIMEDOUT: { text: "it did not answer in time", passes: true },
  UND_ERR_CONNECT_TIMEOUT: { text: "it did not answer in time", passes: true },
  UND_ERR_HEADERS_TIMEOUT: { text: "it did not answer in time", passes: true },
  EAI_AGAIN: { text: "the name service did not answer. Is this machine online?", passes: true },
  ENOTFOUND: { text: "no such host name is known. Is the address right, and is this machine online?", passes: false },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: `${TLS}: it is self-signed`, passes: false },
  SELF_SIGNED_CERT_IN_CHAIN: {
    text: `${TLS}: its authority is not known. NODE_EXTRA_CA_CERTS can name it`,
    passes: false,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    text: `${TLS}: its authority is not known. NODE_EXTRA_CA_CERTS can name it`,
    passes: false,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    text: `${TLS}: its authority is not known. NODE_EXTRA_CA_CERTS can name it`,
    passes: false,
  },
  CERT_HAS_EXPIRED: { text: "its certificate has expired, or this machine's clock is wrong", passes: false },
  CERT_NOT_YET_VALID: { text: "its certificate is not valid yet, or this machine's clock is wrong", passes: false },
  ERR_TLS_CERT_ALTNAME_INVALID: { text: "its certificate is for another host name", passes: false },
  ERR_SSL_WRONG_VERSION_NUMBER: { text: "it does not speak TLS. Is it http:// and not https://?", passes: false },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { text: "it does not speak TLS. Is it http:// and not https://?", passes: false },
  EPROTO: { text: "it does not speak TLS. Is it http:// and not https://?", passes: false },
  ERR_INVALID_URL: { text: "it is no URL", passes: false },
  HPE_INVALID_CONSTANT: { text: "it does not speak HTTP. Is it https:// and not http://?", passes: false },
} as const satisfies Readonly<Record<string, Words>>;

const KEY_RIGHTS = 'give its token the right "Object Read & Write" for this bucket';

/** Error codes of S3 as R2 sends them. */
const BY_S3_CODE = {
  NoSuchBucket: "there is no such bucket at this endpoint",
  InvalidAccessKeyId: "the access key ID is not known there",
  Unauthorized: "the access key ID is not known there",
  SignatureDoesNotMatch: "the secret key does not belong to the access key ID",
  AccessDenied: `the key may not do this: ${KEY_RIGHTS}`,
  Forbidden: `the key may not do this: ${KEY_RIGHTS}`,
  RequestTimeTooSkewed: "this machine's clock is wrong",
  ExpiredToken: "the key has expired",
  SlowDown: "it asks for fewer requests: lower --concurrency",
  ServiceUnavailable: "it is overloaded or down",
  InternalError: "it failed inside",
} as const satisfies Readonly<Record<string, string>>;

/** The words for an error of a connection to `address`; null when it is of another kind. */
export function connectionFailure(error: unknown, address: string): Words | null {
  for (const code of codesOf(error)) {
    if (!Object.hasOwn(BY_CODE, code)) continue;
    const { text, passes } = BY_CODE[code as keyof typeof BY_CODE];
    return { text: `${address}: ${text} (${code})`, passes };
  }
  // Fetch has no code for the ports that it opens never (https://fetch.spec.whatwg.org/#port-blocking).
  if (error instanceof Error && error.cause instanceof Error && error.cause.message === "bad port") {
    return { text: `${address}: fetch may not call this port. Is the address right? (bad port)`, passes: false };
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return { text: `${address}: it did not answer in time`, passes: true };
  }
  return null;
}

/** The words for what an S3 client threw at `endpoint`; `buckets` are those that were used. */
export function storeFailure(error: unknown, endpoint: string, buckets: readonly string[]): string {
  const connection = connectionFailure(error, endpoint);
  if (connection !== null) return connection.text;
  if (!(error instanceof Error)) return String(error);
  const { $metadata, Code, BucketName, message } = error as S3Error;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return error.message;
  const code = Code ?? error.name;
  const where = `${BucketName ?? buckets.join(" and ")} at ${endpoint}`;
  const words =
    wordsOf(code) ?? wordsOf(error.name) ?? (status === 403 ? BY_S3_CODE.AccessDenied : message || "it gave no reason");
  return `${where}: ${words} (${status} ${code})`;
}

type S3Error = Error & {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly Code?: string;
  readonly BucketName?: string;
};

function wordsOf(code: string): string | undefined {
  return Object.hasOwn(BY_S3_CODE, code) ? BY_S3_CODE[code as keyof typeof BY_S3_CODE] : undefined;
}

/** The codes of an error, of its causes and of the attempts it sums up (RFC 8305: one for each address of a name). */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const { code } = error as NodeJS.ErrnoException;
  const inner = error instanceof AggregateError ? error.errors : [];
  return [...(code === undefined ? [] : [code]), ...[error.cause, ...inner].flatMap((one) => codesOf(one, depth + 1))];
}
