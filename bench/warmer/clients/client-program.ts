/**
 * The warmer with our HTTP/2 client or with that of Node: `CLIENT=own|http2`. Everything else is the service as an
 * operator starts it.
 */
import { type ClientHttp2Session, connect } from "node:http2";
import { pino } from "pino";
import { systemClock } from "../../../warmer/clock.ts";
import { parseConfig } from "../../../warmer/config/parseConfig.ts";
import { drawKey } from "../../../warmer/hint/hintScanner.ts";
import type { OpenPool, Pool, PoolEvents, PoolOptions } from "../../../warmer/push/connectionPool.ts";
import type { PushRequest } from "../../../warmer/push/pushRequest.ts";
import type { PushBatch } from "../../../warmer/queue/pushBatch.ts";
import { startWarmer } from "../../../warmer/service.ts";

const WARM_PATH = "/warm";

/** The header fields of one push. */
function fieldsOf({ time, signature }: PushRequest): Record<string, string> {
  const type = { "content-type": "application/json", "user-agent": "firstlight-warmer" };
  if (signature === null) return type;
  return { ...type, "x-firstlight-time": String(time), "x-firstlight-signature": signature };
}

/** node:http2 with two sessions, as our own client has. */
class Http2Pool implements Pool {
  opened = 1;
  busyCount = 0;
  readonly opening = false;
  readonly openCount: number;
  readonly #sessions: readonly [ClientHttp2Session, ClientHttp2Session];
  readonly #events: PoolEvents;
  #turn = 0;

  constructor({ url, connections }: PoolOptions, events: PoolEvents) {
    this.openCount = connections;
    this.#sessions = [connect(url.origin), connect(url.origin)];
    this.#events = events;
  }

  get hasFree(): boolean {
    return this.busyCount < this.openCount;
  }

  send(push: PushRequest, batch: PushBatch): void {
    this.busyCount++;
    const session = this.#sessions[(this.#turn ^= 1)] ?? this.#sessions[0];
    const stream = session.request({ ":method": "POST", ":path": WARM_PATH, ...fieldsOf(push) });
    let status = 0;
    let body = "";
    stream.on("response", (fields) => (status = fields[":status"] ?? 0));
    stream.setEncoding("latin1").on("data", (text: string) => (body += text));
    stream.on("end", () => {
      this.busyCount--;
      this.#events.answered(batch, { status, body, keepAlive: true });
    });
    stream.on("error", () => {});
    stream.end(push.body);
  }

  start(): void {}
  tick(): void {}

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
  }
}

const openPool: OpenPool = (options, events) => new Http2Pool(options, events);
const { CLIENT, ...env } = process.env;
const warmer = await startWarmer(parseConfig(env), {
  clock: systemClock,
  log: pino(pino.destination(2)),
  key: drawKey(),
  random: Math.random,
  tls: {},
  ...(CLIENT === "http2" ? { openPool } : {}),
});
process.on("SIGTERM", () => process.exit(0));
console.log(`ready metrics http://127.0.0.1:${warmer.metrics.port}`);
