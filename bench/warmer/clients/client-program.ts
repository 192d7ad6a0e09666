/**
 * The warmer with another HTTP client: `CLIENT=own|undici|http2`. Everything else is the service as an operator starts
 * it.
 */
import { connect } from "node:http2";
import { pino } from "pino";
import { Pool as UndiciPool } from "undici";
import { systemClock } from "../../../warmer/clock.ts";
import { parseConfig } from "../../../warmer/config/parseConfig.ts";
import { drawKey } from "../../../warmer/hint/hintScanner.ts";
import type { OpenPool, Pool } from "../../../warmer/push/connectionPool.ts";
import type { PushRequest } from "../../../warmer/push/pushRequest.ts";
import { startWarmer } from "../../../warmer/service.ts";

const WARM_PATH = "/warm";

/** The header fields of one push. */
function fieldsOf({ time, signature }: PushRequest): Record<string, string> {
  const type = { "content-type": "application/json", "user-agent": "firstlight-warmer" };
  if (signature === null) return type;
  return { ...type, "x-firstlight-time": String(time), "x-firstlight-signature": signature };
}

/** What both pools count in the same way. */
abstract class CountingPool implements Pool {
  opened = 1;
  busyCount = 0;
  readonly opening = false;
  readonly openCount: number;

  constructor(connections: number) {
    this.openCount = connections;
  }

  get hasFree(): boolean {
    return this.busyCount < this.openCount;
  }

  start(): void {}
  tick(): void {}
  abstract send(...args: Parameters<Pool["send"]>): void;
  abstract stop(): Promise<void>;
}

/** undici's pool with one request in flight per connection, through `dispatch`, its fastest call. */
const undici: OpenPool = ({ url, connections }, events) => {
  const pool = new UndiciPool(url.origin, { connections, pipelining: 1 });
  return new (class extends CountingPool {
    send(push: PushRequest, batch: Parameters<Pool["send"]>[1]): void {
      this.busyCount++;
      let status = 0;
      let body = "";
      pool.dispatch(
        { method: "POST", path: WARM_PATH, headers: fieldsOf(push), body: push.body },
        {
          onRequestStart() {},
          onResponseStart: (_controller, code) => void (status = code),
          onResponseData: (_controller, chunk) => void (body += chunk.toString("latin1")),
          onResponseEnd: () => {
            this.busyCount--;
            events.answered(batch, { status, body, keepAlive: true });
          },
          onResponseError: (_controller, error) => {
            this.busyCount--;
            events.lost([batch], error.message);
          },
        },
      );
    }
    stop(): Promise<void> {
      return pool.destroy();
    }
  })(connections);
};

/** node:http2 with two sessions, as our own client has. */
const http2: OpenPool = ({ url, connections }, events) => {
  const sessions = [connect(url.origin), connect(url.origin)] as const;
  let turn = 0;
  return new (class extends CountingPool {
    send(push: PushRequest, batch: Parameters<Pool["send"]>[1]): void {
      this.busyCount++;
      const session = sessions[(turn ^= 1)] ?? sessions[0];
      const stream = session.request({ ":method": "POST", ":path": WARM_PATH, ...fieldsOf(push) });
      let status = 0;
      let body = "";
      stream.on("response", (fields) => (status = fields[":status"] ?? 0));
      stream.setEncoding("latin1").on("data", (text: string) => (body += text));
      stream.on("end", () => {
        this.busyCount--;
        events.answered(batch, { status, body, keepAlive: true });
      });
      stream.on("error", () => {});
      stream.end(push.body);
    }
    async stop(): Promise<void> {
      for (const session of sessions) session.destroy();
    }
  })(connections);
};

const openPool = { own: undefined, undici, http2 }[process.env.CLIENT ?? "own"];
const { CLIENT: _client, ...env } = process.env;
const warmer = await startWarmer(parseConfig(env), {
  clock: systemClock,
  log: pino(pino.destination(2)),
  key: drawKey(),
  random: Math.random,
  tls: {},
  ...(openPool === undefined ? {} : { openPool }),
});
process.on("SIGTERM", () => process.exit(0));
console.log(`ready metrics http://127.0.0.1:${warmer.metrics.port}`);
