/** The sink for machines without a C compiler. It has the same port, delay and responses as native/sink.c. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

const [port = 0, firstDelayUs = 0] = process.argv.slice(2).map(Number);
let delayUs = firstDelayUs;
/** What one picture takes, ns, and when the last one is done, ms. */
let costNs = 0;
let busyUntil = 0;
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
const NAME = /(\d{10})_(\d{10})_z\.jpg/g;
let ages: number[] = [];
let known = new Set<string>();
let requests = 0;
let opened = 0;

function stats(): string {
  const sorted = Float64Array.from(ages).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const over = ages.filter((age) => age > 50_000).length;
  const counts = { requests, paths: ages.length, distinct: known.size, over, opened };
  const spread = { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  return JSON.stringify({ ...counts, ...spread, wokeLate: Math.round(loop.max / 1000) });
}

function take(text: string): number {
  busyUntil = Math.max(busyUntil, performance.now());
  const nowUs = Math.round((performance.timeOrigin + (costNs > 0 ? busyUntil : performance.now())) * 1000);
  let count = 0;
  for (const [, id = "", stamp = ""] of text.matchAll(NAME)) {
    const age = ((nowUs % 1e10) + 1e10 - Number(stamp)) % 1e10;
    ages.push(age > 5e9 ? 0 : age);
    known.add(id);
    count++;
  }
  busyUntil += (costNs * count) / 1e6;
  return count;
}

function serve(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
  const path = request.url ?? "";
  const [, setting, value] = /^\/(delay|cost)\/(\d+)$/.exec(path) ?? [];
  if (setting === "delay") delayUs = Number(value);
  if (setting === "cost") costNs = Number(value);
  if (setting !== undefined) {
    response.setHeader("Content-Type", "application/json");
    response.end(stats());
    return;
  }
  if (path === "/stats" || path === "/reset") {
    response.setHeader("Content-Type", "application/json");
    response.end(stats());
    if (path === "/stats") return;
    ages = [];
    known = new Set();
    loop.reset();
    requests = opened = 0;
    return;
  }
  let body = "";
  request.setEncoding("latin1").on("data", (text: string) => (body += text));
  request.on("end", () => {
    requests++;
    const accepted = take(path + body);
    const answer = (): void => {
      response.statusCode = request.method === "GET" ? 204 : 202;
      if (request.method === "GET") response.end();
      else response.end(`{"accepted":${accepted},"refused":[]}`);
    };
    const waitMs = delayUs / 1000 + (costNs > 0 ? busyUntil - performance.now() : 0);
    if (waitMs > 0) setTimeout(answer, waitMs);
    else answer();
  });
}

const http1 = createServer(serve);
const http2 = createHttp2Server(serve);
http1.keepAliveTimeout = 0;
// The first bytes show the version: HTTP/2 with prior knowledge starts with "PRI".
const server = createTcpServer({ noDelay: true }, (socket) => {
  opened++;
  socket.once("readable", () => {
    const first: Buffer | null = socket.read();
    if (first === null) return;
    socket.unshift(first);
    (first[0] === 0x50 && first[1] === 0x52 ? http2 : http1).emit("connection", socket);
  });
});
server.listen(port, "127.0.0.1", 4096, () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
