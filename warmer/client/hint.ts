/**
 * Sends hints from an API server to the warmer: which pictures a page will show, and where its reader is. So the
 * pictures are ready before the browser asks. Node only; no dependencies.
 */

import { createHmac } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { FORMATS, MAX_DATAGRAM_BYTES } from "../hint/protocol.ts";
import { parseAddress } from "./address.ts";
import { type HintGroup, packHints, pathOf, SIGNATURE_BYTES } from "./pack.ts";

export { type HintPageOptions, hintPage, type PageHint, type PagePicture } from "./page/hintPage.ts";

/** Where the reader of a hint is: exactly one of these. */
export type HintPlace =
  | { readonly region: string }
  | { readonly country: string }
  | { readonly continent: string }
  | { readonly colo: string };

export type HintFormat = "webp" | "avif" | "base";

/** One hint. `paths`: paths or whole URLs of pictures, as the browser will request them. */
export type Hint = HintPlace & {
  readonly paths: string | readonly string[];
  /** Default: the format that the warmer is configured with. */
  readonly format?: HintFormat;
};

export type HinterOptions = {
  /** `host:port` of the warmer; IPv6 in brackets. Prefer an address: a name is resolved again and again. */
  readonly address: string;
  /** `WARM_HINT_SECRET` of the warmer, if it has one. */
  readonly secret?: string;
  /** A name for this sender. Needed if several senders with different clocks share an address. */
  readonly sender?: string;
};

/** Paths sent and dropped so far, and datagrams that failed. "Sent" does not mean received: this is UDP. */
export type HinterCounts = { readonly sent: number; readonly dropped: number; readonly errors: number };

export type Hinter = {
  /**
   * Announces pictures that a reader at a place will request. Returns at once, sends at the end of the tick, never
   * throws.
   */
  hint(hint: Hint): void;
  counts(): HinterCounts;
  /** Sends what is left and closes the socket. Never rejects. */
  close(): Promise<void>;
};

/** The fields of a line for each place. */
const PLACES = { region: "r", country: "c", continent: "k", colo: "colo" } as const;

/** The most paths in one tick. A page has a few dozen. */
const MAX_PATHS_PER_TICK = 10_000;

/** How long closing waits for datagrams to leave, ms. */
const CLOSE_MS = 500;

/** Bytes that may wait for the network card. Above it, hints are dropped, not queued. */
const MAX_QUEUED_BYTES = 1_000_000;

/**
 * Makes a hinter. It never throws, never waits, and does not keep the process alive. A hint is dropped and counted if
 * it cannot be sent, or if it has no valid path and place. A picture without a hint is only slower. Invalid options,
 * such as a wrong address, cause a process warning (`process.emitWarning`), and then every hint is dropped.
 */
export function createHinter(options: HinterOptions): Hinter {
  const problem = problemOf(options);
  if (problem !== undefined) process.emitWarning(`firstlight/hint: ${problem}; every hint is dropped`);
  const { address, secret, sender }: Partial<HinterOptions> = problem === undefined ? options : {};
  const target = parseAddress(address);
  const capacity = MAX_DATAGRAM_BYTES - (secret ? SIGNATURE_BYTES : 0);
  const counts = { sent: 0, dropped: 0, errors: 0 };
  let groups = new Map<string, HintGroup>();
  let waiting = 0;
  let socket: Socket | undefined;
  let closed = false;
  let leaving = 0;
  let whenIdle = (): void => {};

  function open(): Socket {
    const opened = createSocket(target?.host.includes(":") ? "udp6" : "udp4");
    opened.on("error", () => counts.errors++);
    opened.unref();
    return opened;
  }

  /** Keeps the valid paths of a hint until the tick ends. Returns how many. Everything that may throw comes first. */
  function add(hint: Hint, given: readonly unknown[]): number {
    const line = lineOf(hint, sender ?? undefined);
    if (target === undefined || line === undefined || closed) return 0;
    const taken = given.flatMap((path) => pathOf(path) ?? []).slice(0, MAX_PATHS_PER_TICK - waiting);
    if (taken.length === 0) return 0;
    const key = JSON.stringify(line);
    const group = groups.get(key);
    if (waiting === 0) setImmediate(flush);
    waiting += taken.length;
    if (group === undefined) groups.set(key, { line, paths: taken });
    else group.paths.push(...taken);
    return taken.length;
  }

  function flush(): void {
    if (waiting === 0 || target === undefined) return;
    const [packing, count] = [groups, waiting];
    groups = new Map();
    waiting = 0;
    try {
      const { datagrams, dropped } = packHints(packing.values(), Date.now(), capacity);
      socket ??= open();
      counts.sent += count - dropped;
      counts.dropped += dropped;
      for (const text of datagrams) send(socket, target, text);
    } catch {
      counts.errors++;
    }
  }

  function send(through: Socket, to: { host: string; port: number }, text: string): void {
    if (queuedBytes(through) > MAX_QUEUED_BYTES) {
      counts.errors++;
      return;
    }
    leaving++;
    through.send(secret ? signed(text, secret) : text, to.port, to.host, (error) => {
      if (error) counts.errors++;
      if (--leaving === 0) whenIdle();
    });
  }

  return {
    hint(hint) {
      let given = 1;
      let kept = 0;
      try {
        const paths: readonly unknown[] = Array.isArray(hint.paths) ? hint.paths : [hint.paths];
        given = paths.length;
        kept = add(hint, paths);
      } catch {
        // Counted below.
      }
      counts.dropped += given - kept;
    },
    counts: () => ({ ...counts }),
    close() {
      flush();
      closed = true;
      const closing = socket;
      socket = undefined;
      if (closing === undefined) return Promise.resolve();
      return new Promise((done) => {
        const end = (): void => {
          clearTimeout(timer);
          whenIdle = () => {};
          closing.close(() => done());
        };
        const timer = setTimeout(end, CLOSE_MS);
        whenIdle = end;
        if (leaving === 0) end();
      });
    },
  };
}

/**
 * The fields of a line without time and paths. Undefined if its place or format is invalid.
 * @param sender the name the sender gives, if any
 */
function lineOf(hint: Hint, sender: string | undefined): Record<string, unknown> | undefined {
  const given = Object.entries(PLACES).filter(([name]) => typeof hint[name as keyof Hint] === "string");
  const [place, second] = given;
  if (place === undefined || second !== undefined) return undefined;
  if (hint.format !== undefined && !FORMATS.includes(hint.format)) return undefined;
  return {
    [place[1]]: hint[place[0] as keyof Hint],
    ...(hint.format === undefined ? {} : { f: hint.format }),
    ...(sender === undefined ? {} : { s: sender }),
  };
}

/** What is wrong with the options, if anything. */
function problemOf(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return "no options are given";
  const { address, secret, sender } = options as Record<string, unknown>;
  const texts = Object.entries({ secret, sender });
  const other = texts.find(([, value]) => typeof (value ?? "") !== "string");
  if (other !== undefined) return `${other[0]} is not a text`;
  if (parseAddress(address) !== undefined) return undefined;
  const given = typeof address === "string" ? `"${address}"` : `of type ${typeof address}`;
  return `address ${given} is not host:port, such as 127.0.0.1:4814`;
}

/** Ends the last line, and adds `#` and the base64url HMAC-SHA256 of everything before it. */
function signed(text: string, secret: string): string {
  const lines = `${text}\n`;
  return `${lines}#${createHmac("sha256", secret).update(lines).digest("base64url")}`;
}

/** Node 20 and 22 have `getSendQueueSize`. If it is missing, the number is unknown and counts as 0. */
function queuedBytes(socket: Socket): number {
  try {
    return socket.getSendQueueSize();
  } catch {
    return 0;
  }
}
