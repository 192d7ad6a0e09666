/** Request coalescing: many requests at once for a picture that is not stored, in four sizes, in four isolates. */
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { rendersIn } from "../../test/support/logLines.ts";
import { painted } from "./pictures.ts";
import type { BenchOptions, Row } from "./row.ts";
import { startSource } from "./source.ts";

const SIZES = [160, 320, 640, 1024] as const;
const ISOLATES = 4;
/** The delay of the source in ms: all requests have arrived before it answers. */
const SOURCE_MS = 2_000;

export async function measureFlight({ quick, say }: BenchOptions): Promise<Row[]> {
  const requests = quick ? 100 : 1_000;
  const source = await startSource(await painted(2), SOURCE_MS);
  const lines: string[] = [];
  const edge = await startEdge({
    isolates: ISOLATES,
    vars: { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" },
    log: ({ message }) => void lines.push(message),
  });
  try {
    say(`${requests} requests at once`);
    const started = performance.now();
    const statuses = await Promise.all(Array.from({ length: requests }, (_, i) => ask(edge, source.url, i)));
    const seconds = (performance.now() - started) / 1000;
    const whole = statuses.filter((status) => status === 200).length;
    const renders = await rendersIn(lines, requests);
    const fetches = source.asked.length;
    const figures = { requests, answered: whole, fetches, renders, seconds };
    const shared = { figures, ours: "" };
    return [
      {
        ...shared,
        what: `source fetches for ${requests} concurrent first requests, 4 sizes, 4 isolates`,
        peers: `up to ${requests}: imgproxy fetches for each request (4 sizes = 4 downloads, its issue 1163); weserv's conf has no proxy_cache_lock`,
        ours: `${fetches} (${whole} of ${requests} answered 200)`,
        target: "1",
        pass: fetches === 1 && whole === requests,
      },
      {
        ...shared,
        what: "renders for the same",
        peers: `up to ${requests}: no coalescing documented (imgproxy, weserv, thumbor)`,
        ours: `${renders}`,
        target: "4",
        pass: renders === SIZES.length && whole === requests,
      },
    ];
  } finally {
    await edge.stop();
    await source.close();
  }
}

async function ask(edge: Edge, source: string, i: number): Promise<number> {
  const size = SIZES[Math.floor(i / ISOLATES) % SIZES.length];
  const url = `${edge.isolates[i % ISOLATES]}/_/rs:fit:${size}/plain/${source}/crowd.jpg`;
  const answer = await fetch(url, { headers: { accept: "image/webp", "x-firstlight-colo": "MAD" } });
  await answer.arrayBuffer();
  return answer.status;
}
