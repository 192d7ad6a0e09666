/** A source fails after a page was loaded: which pictures are still served, and the cost of asking for more of them. */
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { median } from "../table.ts";
import { painted } from "./pictures.ts";
import type { BenchOptions, Row } from "./row.ts";
import { type Source, startSource } from "./source.ts";

const SIZES = [160, 320] as const;
/** A picture becomes stale after one second. From then on it is served only because the source fails. */
const VARS = {
  ALLOW_LOOPBACK_SOURCES: "true",
  ALLOWED_SOURCES: "127.0.0.1",
  MIN_FRESH: "1",
  MAX_FRESH: "1",
  STALE_WHILE_REVALIDATE: "0",
  SOURCE_TIMEOUT_MS: "3000",
};
/** The breaker opens after ten failures over five pictures. This is more. */
const FAILURES = 16;
const ON_OPEN = 40;

export async function measureOutage({ quick, say }: BenchOptions): Promise<Row[]> {
  const pictures = quick ? 8 : 40;
  const source = await startSource(await painted(0.8));
  const edge = await startEdge({ vars: VARS });
  try {
    const page = Array.from({ length: pictures }, (_, i) => SIZES.map((size) => ({ name: `page-${i}`, size }))).flat();
    say(`a page of ${page.length} thumbnails`);
    const before = await inTurn(page, ({ name, size }) => ask(edge, source, name, size));
    await new Promise((wake) => setTimeout(wake, 1_500));
    source.silence();
    say("the source says nothing any more");
    const near = await inTurn(page, ({ name, size }) => ask(edge, source, name, size));
    const far = await inTurn(page, ({ name, size }) => ask(edge, source, name, size, "MAD"));
    const seen = before.filter(({ status }) => status === 200).length;
    const served = near.filter((answer, i) => isSame(answer, before[i])).length;
    const elsewhere = far.filter((answer, i) => isSame(answer, before[i])).length;
    const breaker = await openBreaker(edge, source, say);
    return [
      {
        what: `thumbnails still served while the source is silent, of ${seen} seen before, all stale`,
        peers:
          "none in their own code: imgproxy leaves it to a CDN; weserv: nginx's proxy_cache_use_stale, in one cache",
        ours: `${percent(served, seen)}; from another region ${percent(elsewhere, seen)}`,
        target: "100 %",
        pass: seen === page.length && served === seen && elsewhere === seen,
        figures: { seen, served, elsewhere },
      },
      breaker,
    ];
  } finally {
    await edge.stop();
    await source.close();
  }
}

async function openBreaker(edge: Edge, source: Source, say: BenchOptions["say"]): Promise<Row> {
  say("its breaker opens");
  await Promise.all(Array.from({ length: FAILURES }, (_, i) => ask(edge, source, `new-${i}`, 160)));
  const asked = source.asked.length;
  const answers = [];
  for (let i = 0; i < ON_OPEN; i++) answers.push(await ask(edge, source, `newer-${i}`, 160));
  const open = answers.filter(({ code }) => code === "source_breaker_open");
  const spent = open.map(({ origin }) => origin);
  const sorted = [...spent].sort((a, b) => a - b);
  const worst = sorted.at(-1) ?? Number.NaN;
  // This is wall time, and other processes share the machine. So the slowest twentieth is left out.
  const most = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
  return {
    what: "time spent on a host whose breaker is open (a picture that is not stored)",
    peers: "their timeout: imgproxy 5 s, Next.js 7 s, weserv 10 s, Openverse 15 s; no breaker documented",
    ours: `${median(spent).toFixed(1)} ms, 95th percentile ${most.toFixed(1)}, worst ${worst.toFixed(1)} ms (${open.length} of ${ON_OPEN}, ${source.asked.length - asked} reached it)`,
    target: "< 5 ms",
    pass: open.length > ON_OPEN / 2 && most < 5,
    figures: { open: open.length, median: median(spent), p95: most, worst, whole: median(open.map(({ ms }) => ms)) },
  };
}

type Answer = {
  readonly status: number;
  readonly code: string;
  readonly body: string;
  readonly origin: number;
  readonly ms: number;
};

async function ask(edge: Edge, source: Source, name: string, size: number, colo = "ORD"): Promise<Answer> {
  const started = performance.now();
  const answer = await fetch(`${edge.url}/_/rs:fit:${size}/plain/${source.url}/${name}.jpg`, {
    headers: { accept: "image/webp", "x-firstlight-colo": colo },
  });
  const body = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    code: answer.ok ? "" : (JSON.parse(body.toString()) as { code: string }).code,
    body: body.toString("base64"),
    origin: Number(/origin;dur=([\d.]+)/.exec(answer.headers.get("server-timing") ?? "")?.[1] ?? 0),
    ms: performance.now() - started,
  };
}

function isSame(answer: Answer, before: Answer | undefined): boolean {
  return answer.status === 200 && answer.body === before?.body;
}

async function inTurn<T, R>(items: readonly T[], job: (item: T) => Promise<R>, width = 8): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += width) {
    results.push(...(await Promise.all(items.slice(at, at + width).map(job))));
  }
  return results;
}

function percent(part: number, of: number): string {
  return `${of === 0 ? 0 : Math.floor((1000 * part) / of) / 10} %`;
}
