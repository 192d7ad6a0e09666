import type { Socket } from "node:net";
import { Client } from "undici";
import type { PushBatch } from "../queue/pushBatch.ts";
import { type HttpClient, type HttpClientEvents, isLate } from "./httpClient.ts";
import { OUTCOME_TYPE, type PushRequest } from "./pushRequest.ts";
import { WARM_PATH } from "./pushSigner.ts";

/**
 * What a response may take. `headBytes`: names and values of one head, final or interim, or of the trailers. `interim`:
 * interim responses (103) before the final one. `bodyBytes`: the body. `wireBytes`: all of it as it is received, with
 * chunk extensions and everything else that undici does not count. The edge needs a small part of each.
 */
export const RESPONSE_LIMITS = {
  headBytes: 16_384,
  interim: 16,
  bodyBytes: 65_536,
  wireBytes: 1_048_576,
} as const;

/**
 * Idle connections stay open until the server closes them. If the server says how long it keeps them (`Keep-Alive:
 * timeout=5`), we close them this much earlier. So no push is sent on a connection that the server is closing. ms.
 */
const KEEP_ALIVE = { unlimited: 2 ** 31 - 1, earlier: 500 } as const;

/** The header fields that all pushes have, as undici takes them: names and values in turn. */
const FIELDS = ["user-agent", "firstlight-warmer", "accept", OUTCOME_TYPE, "content-type", "application/json"] as const;

/** undici does not write a request whose start throws, and keeps the connection. */
class TooLate extends Error {}

/** The push in flight, and its response as far as it has arrived. */
type Exchange = {
  readonly batch: PushBatch;
  /** `bytesRead` of the socket when the push was sent. */
  readonly bytesBefore: number;
  status: number;
  interim: number;
  /** latin1 */
  body: string;
  /** How much of the body was reported. */
  reported: number;
  isComplete: boolean;
  /** A report is scheduled. */
  isDue: boolean;
};

/**
 * HTTP/1.1 on one connection by undici, with one request in flight and no queue. The connection is opened by us, so that
 * it is ready before a push needs it, and so that TLS can select HTTP/2 instead. undici gets it with the first push.
 */
export class Http1Client implements HttpClient {
  readonly #socket: Socket;
  readonly #events: HttpClientEvents;
  readonly #client: Client;
  #exchange: Exchange | undefined;
  #taken = false;
  #ended = false;

  /** @param socket connected, and nothing has been read from it */
  constructor(url: URL, socket: Socket, events: HttpClientEvents) {
    this.#socket = socket;
    this.#events = events;
    // Until undici reads, we do: else nobody would notice that the server closes the connection.
    socket.on("data", this.#onUnasked);
    this.#client = new Client(url.origin, {
      pipelining: 1,
      maxHeaderSize: RESPONSE_LIMITS.headBytes,
      maxResponseSize: RESPONSE_LIMITS.bodyBytes,
      // The pool gives up late requests.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE.unlimited,
      keepAliveMaxTimeout: KEEP_ALIVE.unlimited,
      keepAliveTimeoutThreshold: KEEP_ALIVE.earlier,
      connect: (_options, callback) => this.#giveSocket(callback),
    });
  }

  get capacity(): number {
    return this.#ended || this.#socket.destroyed ? 0 : 1;
  }

  get free(): number {
    return this.#exchange === undefined ? this.capacity : 0;
  }

  send({ body, time, signature }: PushRequest, batch: PushBatch): void {
    const exchange: Exchange = {
      batch,
      bytesBefore: this.#socket.bytesRead,
      status: 0,
      interim: 0,
      body: "",
      reported: 0,
      isComplete: false,
      isDue: false,
    };
    this.#exchange = exchange;
    const signed = signature === null ? [] : ["x-firstlight-time", String(time), "x-firstlight-signature", signature];
    this.#client.dispatch(
      { method: "POST", path: WARM_PATH, headers: [...FIELDS, ...signed], body },
      {
        // undici first looks whether the server has sent anything on the idle connection, until the end of this turn of
        // the event loop. Meanwhile the push has become older.
        onRequestStart: () => {
          if (!this.#events.mayLeave(batch)) throw new TooLate();
        },
        onResponseStart: (_controller, status) => this.#onHead(exchange, status),
        onResponseData: (_controller, piece) => {
          exchange.body += piece.toString("latin1");
          this.#report(exchange);
        },
        onResponseEnd: () => {
          exchange.isComplete = true;
          this.#report(exchange);
        },
        onResponseError: (_controller, error) => {
          if (error instanceof TooLate) queueMicrotask(() => this.#onUnsent(exchange));
          else if (this.#exchange === exchange) this.#end(failureOf(error));
        },
      },
    );
  }

  expire(now: number, limitMs: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    if (isLate(exchange.batch, now, limitMs)) this.#end("timeout");
    else if (this.#socket.bytesRead - exchange.bytesBefore > RESPONSE_LIMITS.wireBytes) {
      this.#end(`malformed response: above ${RESPONSE_LIMITS.wireBytes} bytes`);
    }
  }

  close(): string {
    this.#ended = true;
    return "";
  }

  abandon(): PushBatch[] {
    this.#ended = true;
    const batch = this.#exchange?.batch;
    this.#exchange = undefined;
    void this.#client.destroy();
    return batch === undefined ? [] : [batch];
  }

  readonly #onUnasked = (): void => this.#end("malformed response: bytes that nobody asked for");

  /** undici opens no connection of its own: when ours is closed, the pool makes another one. */
  #giveSocket(callback: (...result: [null, Socket] | [Error, null]) => void): void {
    const first = !this.#taken && !this.#socket.destroyed;
    this.#taken = true;
    // Not at once: undici does not send a request if its connection is ready before this function has returned.
    queueMicrotask(() => {
      if (!first) return callback(new Error("connection closed"), null);
      this.#socket.off("data", this.#onUnasked).pause();
      callback(null, this.#socket);
    });
  }

  #onUnsent(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    this.#events.unsent(exchange.batch);
  }

  #onHead(exchange: Exchange, status: number): void {
    exchange.status = status;
    if (status < 200 && ++exchange.interim > RESPONSE_LIMITS.interim) {
      this.#end(`malformed response: above ${RESPONSE_LIMITS.interim} interim responses`);
    }
  }

  /**
   * Reports once for everything that undici reads at a time. By then undici has also closed the connection, if the
   * response or the bytes after it say so.
   */
  #report(exchange: Exchange): void {
    if (exchange.isDue) return;
    exchange.isDue = true;
    queueMicrotask(() => {
      exchange.isDue = false;
      if (this.#exchange !== exchange) return;
      const { batch, status, body, reported, isComplete } = exchange;
      if (!isComplete) {
        exchange.reported = body.length;
        this.#events.partial(batch, status, body.slice(reported));
        return;
      }
      this.#exchange = undefined;
      const keepAlive = this.capacity > 0;
      this.#events.answered(batch, { status, body, keepAlive });
      if (!keepAlive) this.#end("connection: close");
    });
  }

  #end(reason: string): void {
    this.#ended = true;
    this.#events.end(reason);
  }
}

/** What the errors of undici mean, by their code. */
const FAILURES: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW: `malformed response: a head above ${RESPONSE_LIMITS.headBytes} bytes`,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: `malformed response: a body above ${RESPONSE_LIMITS.bodyBytes} bytes`,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "malformed response: its length is not its Content-Length",
  UND_ERR_SOCKET: "closed by peer",
  UND_ERR_INFO: "closed by us",
};

/** Why a connection failed, in few different texts: the code of a system error, or what undici found. */
export function failureOf({ name, code = "", message }: NodeJS.ErrnoException): string {
  // The parser says what is wrong in parentheses.
  if (name === "HTTPParserError") return `malformed response: ${/\((.*)\)/.exec(message)?.[1] ?? message}`;
  if (code === "UND_ERR_SOCKET" && message.startsWith("bad ")) return `malformed response: ${message}`;
  return FAILURES[code] ?? (code === "" ? message : code);
}
