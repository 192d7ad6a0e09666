import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SERVICE_RATE } from "../../warmer/receive/chooseListen.ts";
import { receiveBufferBytes } from "../../warmer/receive/listen.ts";
import { type Contender, firstlight, loop } from "./contender.ts";
import type { Tools } from "./tools.ts";

/** How much is measured. Times in seconds. */
export type Plan = {
  readonly repetitions: number;
  readonly ingestRoundCount: number;
  readonly ingestSeconds: number;
  readonly probeSeconds: number;
  readonly confirmSeconds: number;
  readonly latencyRoundCount: number;
  readonly latencySeconds: number;
  readonly overloadSeconds: number;
  readonly overloadRounds: number;
};

export const FULL = {
  repetitions: 3,
  ingestRoundCount: 15,
  ingestSeconds: 0.4,
  probeSeconds: 1,
  confirmSeconds: 2,
  latencyRoundCount: 12,
  latencySeconds: 1,
  overloadSeconds: 2,
  overloadRounds: 3,
} as const satisfies Plan;

export const QUICK = {
  repetitions: 1,
  ingestRoundCount: 5,
  ingestSeconds: 0.4,
  probeSeconds: 0.7,
  confirmSeconds: 1,
  latencyRoundCount: 5,
  latencySeconds: 1,
  overloadSeconds: 2,
  overloadRounds: 3,
} as const satisfies Plan;

/** What each part of the bench gets. */
export type Setting = {
  readonly tools: Tools;
  readonly plan: Plan;
  /** Reports progress. */
  say(line: string): void;
};

/**
 * The receive buffer Firstlight requests by default with ffi. The other programs get the same, so that it decides
 * nothing.
 */
export const RECEIVE_BUFFER = receiveBufferBytes(10, SERVICE_RATE.ffi);

const CLIENTS = fileURLToPath(new URL("./clients/client-program.ts", import.meta.url));
const FLOOR = fileURLToPath(new URL("./floor-program.ts", import.meta.url));

/**
 * Every program of the bench. Null if its runtime is missing.
 * @param folder another checkout of this project, whose warmer is compared with ours
 */
export function contenders(tools: Tools, folder?: string) {
  const old = (name: string, command: readonly string[] | null, buffer: number): Contender | null =>
    command === null ? null : loop(tools, name, command, buffer);
  const ours = (
    name: string,
    receive: "dgram" | "ffi",
    batchMs: number,
    http: "1.1" | "2" = "1.1",
    service?: string,
  ): Contender => {
    const settings = {
      WARM_HTTP: http,
      WARM_RECEIVE: receive,
      WARM_RECEIVE_BUFFER: String(RECEIVE_BUFFER),
      WARM_BATCH_MS: String(batchMs),
      // Throughput is measured here, not the time of a push's last picture. Earlier versions know no other batch.
      ...(service === undefined ? { WARM_BATCH: "20" } : {}),
    };
    return firstlight(tools, name, settings, service);
  };
  const before = folder === undefined ? undefined : join(folder, "warmer/main.ts");
  const client = (name: string, CLIENT: "own" | "undici" | "http2", batchMs: number, http: "1.1" | "2"): Contender =>
    firstlight(
      tools,
      name,
      { CLIENT, WARM_HTTP: http, WARM_RECEIVE: "ffi", WARM_BATCH_MS: String(batchMs), WARM_BATCH: "20" },
      CLIENTS,
    );
  return {
    /** The same warmer with our own HTTP client, undici and node:http2. */
    clients: (batchMs: number): readonly Contender[] => [
      client("own, HTTP/1.1", "own", batchMs, "1.1"),
      client("undici, HTTP/1.1", "undici", batchMs, "1.1"),
      client("own, HTTP/2", "own", batchMs, "2"),
      client("node:http2", "http2", batchMs, "2"),
    ],
    java: old("2014 loop in Java", tools.java, RECEIVE_BUFFER),
    javaInline:
      tools.java === null ? null : loop(tools, "2014 loop in Java, no pool", tools.java, RECEIVE_BUFFER, "inline"),
    javaAsPublished: old("2014 loop in Java", tools.java, 0),
    python: old("2014 loop in Python", tools.python, RECEIVE_BUFFER),
    limit: old("C, recvmmsg", tools.limit, RECEIVE_BUFFER),
    /** Node's own share of receiving. */
    floor: loop(tools, "Node, a listener that only counts", [process.execPath, FLOOR], RECEIVE_BUFFER),
    dgram: ours("Firstlight, dgram", "dgram", 3),
    dgramSingly: ours("Firstlight, dgram, batching off", "dgram", 0),
    dgramSinglyH2: ours("Firstlight, dgram, batching off, HTTP/2", "dgram", 0, "2"),
    ffi: ours("Firstlight, ffi", "ffi", 3),
    ffiH2: ours("Firstlight, ffi, HTTP/2", "ffi", 3, "2"),
    ffiSingly: ours("Firstlight, ffi, batching off", "ffi", 0),
    ffiSinglyH2: ours("Firstlight, ffi, batching off, HTTP/2", "ffi", 0, "2"),
    before:
      before === undefined
        ? null
        : {
            dgramSingly: ours("before, dgram, batching off", "dgram", 0, "1.1", before),
            dgramSinglyH2: ours("before, dgram, batching off, HTTP/2", "dgram", 0, "2", before),
            ffi: ours("before, ffi", "ffi", 3, "1.1", before),
            ffiSingly: ours("before, ffi, batching off", "ffi", 0, "1.1", before),
          },
    /** As an operator starts it, including the receive buffer. */
    ffiDefaults: firstlight(tools, "Firstlight, ffi", { WARM_RECEIVE: "ffi" }),
  };
}

export type Contenders = ReturnType<typeof contenders>;
