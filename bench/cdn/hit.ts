/**
 * CPU time of an edge hit, compared with a bare Worker that only does `cache.match`. Both run in one workerd and take
 * turns. The bare Worker stores the same pictures under the same paths, with a Content-Type and a Cache-Control only. A
 * second bare Worker stores our whole answers with all headers, and the simulated cache makes it pay for them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { signPath } from "../../src/request/signing/signature.ts";
import { median, quantile } from "../table.ts";
import { painted } from "./pictures.ts";
import type { BenchOptions, Row } from "./row.ts";
import { startSource } from "./source.ts";

/** The least a Worker in front of a cache can do: PUT stores an answer, GET returns it. */
const BARE = `
export default {
  async fetch(request) {
    if (request.method === "PUT") {
      const headers = JSON.parse(request.headers.get("x-keep"));
      await caches.default.put(request.url, new Response(await request.arrayBuffer(), { headers }));
      return new Response();
    }
    return (await caches.default.match(request.url)) ?? new Response("miss", { status: 404 });
  },
};
`;
const KEY = "00112233445566778899aabbccddeeff";
const AT_ONCE = 8;
/** How many pictures are requested in turn. */
const PICTURES = 20;
/** Requests after which V8 has optimised the code, as in an isolate that serves. */
const WARM_UP = 3_000;
/** Requests to one side before the next. Each round has each side twice, so a machine that slows down favours none. */
const BATCH = 150;

const SIDES = ["ours", "bare", "whole"] as const;
type Side = (typeof SIDES)[number];

export async function measureHit({ quick, say }: BenchOptions): Promise<Row> {
  const rounds = quick ? 6 : 40;
  const source = await startSource(await painted(0.8), 0, { "cache-control": "max-age=86400" });
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", SIGNING_KEYS: KEY, SIGNING_SALTS: KEY };
  const edge = await startEdge({ vars, beside: { bare: BARE, whole: BARE } });
  const pid = edge.workerdPid;
  if (pid === undefined) throw new Error("no workerd process among our children (this bench reads /proc)");
  try {
    const urls = await Promise.all(Array.from({ length: PICTURES }, (_, i) => signed(edge, `${source.url}/${i}.jpg`)));
    for (const url of urls) await get(url);
    await Promise.all(urls.map(edgeHit));
    const at = (side: Side) => urls.map((url) => url.replace(edge.isolates[0] ?? "", edge.beside[side] ?? ""));
    const lists = { ours: urls, bare: at("bare"), whole: at("whole") } satisfies Record<Side, readonly string[]>;
    let bytes = 0;
    for (const [i, url] of urls.entries()) {
      const { body, headers } = await get(url);
      bytes = body.byteLength;
      const least = { "cache-control": "public, max-age=3600", "content-type": headers["content-type"] ?? "" };
      await keep(lists.bare[i] ?? "", body, least);
      await keep(lists.whole[i] ?? "", body, headers);
    }
    for (const side of SIDES) await flood(lists[side], WARM_UP);
    const perHit: Record<Side, number[]> = { ours: [], bare: [], whole: [] };
    for (let round = 0; round < rounds; round++) {
      say(`warm hits, round ${round + 1} of ${rounds}`);
      const spent = { ours: 0, bare: 0, whole: 0 };
      for (const side of [...SIDES, ...SIDES.toReversed()]) {
        const before = cpuMillis(pid);
        await flood(lists[side], BATCH);
        spent[side] += cpuMillis(pid) - before;
      }
      for (const side of SIDES) perHit[side].push(spent[side] / (2 * BATCH));
    }
    const above = (side: Side) => perHit.ours.map((ms, i) => ms - (perHit[side][i] ?? 0));
    const typical = median(above("bare"));
    const [low, high] = [quantile(above("bare"), 0.25), quantile(above("bare"), 0.75)];
    const ms = (value: number) => value.toFixed(2);
    return {
      what: `CPU of a warm hit (edge tier, signed URL) above a bare Worker that only does cache.match, median of ${rounds} rounds of ${2 * BATCH} requests each`,
      peers: "-",
      ours: `${ms(typical)} ms (${ms(median(perHit.ours))} against ${ms(median(perHit.bare))}; half of the rounds within ${ms(low)} to ${ms(high)}); above one that keeps our whole answer ${ms(median(above("whole")))} ms`,
      target: "<= 0.3 ms",
      pass: typical <= 0.3,
      figures: { above: typical, aboveWhole: median(above("whole")), ...perHit, bytes },
    };
  } finally {
    await edge.stop();
    await source.close();
  }
}

/** CPU milliseconds of all threads of a process, exact to the nanosecond. A batch is too short for ticks of 10 ms. */
function cpuMillis(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanos.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

/** Headers that the bare Workers do not store: those of a connection, and those that change. */
const NOT_KEPT: readonly string[] = ["connection", "keep-alive", "date", "transfer-encoding", "content-length", "vary"];

/** Stores a picture in a bare Worker's cache. */
async function keep(url: string, body: ArrayBuffer, headers: Readonly<Record<string, string>>): Promise<void> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_KEPT.includes(name)));
  const answer = await fetch(url, { method: "PUT", body, headers: { "x-keep": JSON.stringify(kept) } });
  if (!answer.ok) throw new Error(`${url} did not store the picture: ${answer.status}`);
}

async function signed(edge: Edge, address: string): Promise<string> {
  const bytes = Uint8Array.from(Buffer.from(KEY, "hex"));
  const path = `/rs:fit:320/q:75/${Buffer.from(address).toString("base64url")}`;
  return `${edge.isolates[0]}/${await signPath(path, { key: bytes, salt: bytes })}${path}`;
}

async function get(url: string) {
  const answer = await fetch(url, { headers: { accept: "image/webp" } });
  const body = await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  return { body, headers: Object.fromEntries(answer.headers) as Record<string, string> };
}

/** Requests `url` until the answer is an edge hit. Throws after 100 tries. */
async function edgeHit(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await get(url)).headers["cache-status"]?.includes("detail=edge")) return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`${url} does not become an edge hit`);
}

/** Sends `count` requests over kept-alive connections, AT_ONCE at a time. */
async function flood(urls: readonly string[], count: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) await get(urls[i % urls.length] ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
