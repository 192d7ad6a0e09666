import { connect as connectTcp, isIP } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

export type HttpVersion = "1.1" | "2";

/** `WARM_HTTP`: a version; or `auto`, which is the one the TLS handshake selects (RFC 7301), and 1.1 without TLS. */
export const HTTP_CHOICES = ["auto", "1.1", "2"] as const;
export type HttpChoice = (typeof HTTP_CHOICES)[number];

export type Endpoint = {
  readonly url: URL;
  readonly http: HttpChoice;
  /** Extra TLS options. Tests set their own authority. */
  readonly tls: ConnectionOptions;
};

export type SocketEvents = {
  /** @param version the HTTP version to speak, or the reason why there is none */
  connected(version: HttpVersion | string): void;
  /** Received bytes, latin1. */
  read(text: string): void;
  /** The other side reads again: what had to wait has left. */
  drained(): void;
  failed(reason: string): void;
  closed(): void;
};

export type PushSocket = {
  /** Bytes wait to be sent, more than MAX_UNSENT_BYTES. Nothing is read meanwhile. */
  readonly blocked: boolean;
  /** @param text latin1 */
  write(text: string): void;
  /** Closes at once. */
  destroy(): void;
  /**
   * Sends the last bytes, and closes when the other side has closed or after LINGER_MS. Resolves when it is closed.
   */
  end(text: string): Promise<void>;
  onSession(keep: (session: Buffer) => void): void;
};

/** The buffer that a plain socket reads into. Each chunk becomes text before the next read. */
const READ_BYTES = 16_384;

/**
 * If more bytes wait to be sent, nothing is read until they have left. So a server that does not read our
 * acknowledgements cannot make us keep more of them. A large push has 30 KB.
 */
const MAX_UNSENT_BYTES = 65_536;

/**
 * If a socket closes at once, unsent bytes may be discarded, and unread bytes may cause a reset; then the other side
 * never learns the reason. 200 ms is a round trip around the world.
 */
const LINGER_MS = 200;

/** The versions that the TLS handshake offers (RFC 7301), by WARM_HTTP. */
const OFFERED = { auto: ["h2", "http/1.1"], "1.1": ["http/1.1"], "2": ["h2"] } as const satisfies Record<
  HttpChoice,
  readonly string[]
>;

/** The HTTP version, if it is known before the handshake. */
export function versionBeforeHandshake(endpoint: Endpoint): HttpVersion | undefined {
  if (endpoint.http !== "auto") return endpoint.http;
  return endpoint.url.protocol === "https:" ? undefined : "1.1";
}

/**
 * The HTTP version after the handshake.
 * @param alpn the server's choice; false if it does not know ALPN
 */
function versionAfterHandshake(choice: HttpChoice, alpn: string | false | null): HttpVersion | string {
  if (alpn === "h2") return "2";
  return choice === "2" ? "the server does not offer HTTP/2" : "1.1";
}

/** Opens a TCP or TLS connection to the endpoint. */
export function openSocket(endpoint: Endpoint, session: Buffer | undefined, events: SocketEvents): PushSocket {
  const { url, http, tls } = endpoint;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (length: number, buffer: Uint8Array): boolean => {
      events.read((buffer as Buffer).toString("latin1", 0, length));
      return true;
    },
  };
  const open = () => {
    if (!secure) {
      const plain = connectTcp({ host, port, noDelay: true, keepAlive: true, onread });
      return plain.once("connect", () => events.connected(http === "2" ? "2" : "1.1"));
    }
    const socket = connectTls({
      host,
      port,
      ALPNProtocols: [...OFFERED[http]],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
      ...tls,
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on("data", (chunk: Buffer) => events.read(chunk.toString("latin1")));
    return socket.once("secureConnect", () => events.connected(versionAfterHandshake(http, socket.alpnProtocol)));
  };
  const socket = open();
  socket.on("error", (error: NodeJS.ErrnoException) => events.failed(error.code ?? error.message));
  socket.on("end", () => socket.destroy());
  let blocked = false;
  socket.on("drain", () => {
    if (!blocked) return;
    blocked = false;
    socket.resume();
    events.drained();
  });
  socket.once("close", () => events.closed());
  return {
    get blocked() {
      return blocked;
    },
    write: (text) => {
      if (socket.write(text, "latin1") || blocked || socket.writableLength <= MAX_UNSENT_BYTES) return;
      blocked = true;
      socket.pause();
    },
    destroy: () => void socket.destroy(),
    end: (text) =>
      new Promise((closed) => {
        setTimeout(() => socket.destroy(), LINGER_MS).unref();
        socket.once("close", () => closed());
        socket.end(text, "latin1");
      }),
    onSession: (keep) => void socket.on("session", keep),
  };
}
