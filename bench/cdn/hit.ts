/** What our Worker does on an edge hit beyond `cache.match`, in CPU time: both in one workerd, taking turns. */
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { signPath } from "../../src/request/signature.ts";
import { cpuMillis } from "../engine/workerd.ts";
import { median } from "../table.ts";
import { painted } from "./pictures.ts";
import type { BenchOptions, Row } from "./row.ts";
import { startSource } from "./source.ts";

/** Keeps what is put into it and gives it back: the least a Worker in front of a cache can do. */
const BARE = `
export default {
  async fetch(request) {
    const key = new URL(request.url).origin + "/kept";
    if (request.method === "PUT") {
      const headers = { "cache-control": "public, max-age=3600", "content-type": "image/webp" };
      await caches.default.put(key, new Response(await request.arrayBuffer(), { headers }));
      return new Response();
    }
    return (await caches.default.match(key)) ?? new Response("miss", { status: 404 });
  },
};
`;
const KEY = "00112233445566778899aabbccddeeff";
const AT_ONCE = 8;
/** Pictures of a page that are asked for in turn. */
const PICTURES = 20;

export async function measureHit({ quick, say }: BenchOptions): Promise<Row> {
  const batch = quick ? 500 : 1_500;
  const rounds = quick ? 3 : 7;
  const source = await startSource(await painted(0.8), 0, { "cache-control": "max-age=86400" });
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", SIGNING_KEYS: KEY, SIGNING_SALTS: KEY };
  const edge = await startEdge({ vars, beside: { bare: BARE } });
  const pid = edge.workerdPid;
  if (pid === undefined) throw new Error("no workerd process among our children (this bench reads /proc)");
  try {
    const urls = await Promise.all(Array.from({ length: PICTURES }, (_, i) => signed(edge, `${source.url}/${i}.jpg`)));
    for (const url of urls) await get(url);
    await Promise.all(urls.map(edgeHit));
    const bare = edge.beside.bare ?? "";
    const { body } = await get(urls[0] ?? "");
    await fetch(bare, { method: "PUT", body });
    const sides = { ours: [] as number[], bare: [] as number[] };
    const measured = async (list: readonly string[]) => {
      const before = cpuMillis(pid);
      await flood(list, batch);
      return (cpuMillis(pid) - before) / batch;
    };
    // Compiled and optimised by then, as an isolate that serves is.
    await flood(urls, batch);
    await flood([bare], batch);
    for (let round = 0; round < rounds; round++) {
      say(`warm hits, round ${round + 1} of ${rounds}`);
      sides.ours.push(await measured(urls));
      sides.bare.push(await measured([bare]));
    }
    const above = sides.ours.map((ms, i) => ms - (sides.bare[i] ?? 0));
    const typical = median(above);
    return {
      what: `CPU of a warm hit (edge tier, signed URL) above a bare Worker that only does cache.match, ${rounds} x ${batch} requests`,
      peers: "-",
      ours: `${typical.toFixed(3)} ms (${median(sides.ours).toFixed(3)} against ${median(sides.bare).toFixed(3)}; rounds ${Math.min(...above).toFixed(3)} to ${Math.max(...above).toFixed(3)})`,
      target: "<= 0.3 ms",
      pass: typical <= 0.3,
      figures: { above: typical, ours: sides.ours, bare: sides.bare, bytes: body.byteLength },
    };
  } finally {
    await edge.stop();
    await source.close();
  }
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
  return { body, how: answer.headers.get("cache-status") ?? "" };
}

/** Waits until the edge answers for it. */
async function edgeHit(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await get(url)).how.includes("detail=edge")) return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`${url} does not become an edge hit`);
}

/** `count` requests over kept-alive connections, a few at once. */
async function flood(urls: readonly string[], count: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) await get(urls[i % urls.length] ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
