/** The heavy Worker: AVIF against sharp, an SVG icon and a JPEG XL as whole requests, and what the hop costs. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp, { type Sharp } from "sharp";
import { type Edge, startEdge } from "../../../src/cli/edge/start.ts";
import { jxlFile } from "../../../test/src/image/formats/jxl/jxlFile.ts";
import { median } from "../../table.ts";
import type { Line, Row } from "../row.ts";

/** An icon of the usual kind: some paths, a gradient, a word. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><linearGradient id="g"><stop stop-color="#09f"/>
<stop offset="1" stop-color="#0a5"/></linearGradient><rect width="64" height="64" rx="12" fill="url(#g)"/>
<path d="M12 44c8-24 14-24 20 0s12 24 20 0" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>
<circle cx="48" cy="16" r="6" fill="#fff" fill-opacity=".8"/><text x="8" y="20" font-size="12" fill="#fff">abc</text></svg>`;

/** Beside the Worker: calls the heavy one with bytes that it does not decode, and answers with the milliseconds. */
const HOP = `export default {
  async fetch(request, env) {
    const order = { decoder: "none", source: {}, view: {}, least: false };
    const bytes = new Uint8Array(Number(new URL(request.url).searchParams.get("bytes")));
    const times = [];
    for (let i = 0; i < 30; i++) {
      const started = performance.now();
      await env.HEAVY.decode(bytes, order, () => undefined);
      times.push(performance.now() - started);
    }
    return Response.json(times);
  },
};`;

type Figures = { readonly total: number; readonly decode: number };

const row: Row = async ({ photo, rounds }) => {
  const files = new Map<string, Uint8Array>([["icon", Buffer.from(ICON)]]);
  const picture = (width: number, height: number) => sharp(photo).resize(width, height, { fit: "fill" }).removeAlpha();
  // 4:2:0, as photographs on the web have it. 4 megapixels of 4:4:4 do not fit into the isolate and get 413.
  const options = { quality: 60, effort: 2, chromaSubsampling: "4:2:0" };
  const avif = async (made: Sharp) => new Uint8Array(await made.avif(options).toBuffer());
  files.set("avif1", await avif(picture(1_155, 866)));
  files.set("avif4", await avif(picture(2_309, 1_732)));
  // The encoder always writes alpha, which costs a fourth plane.
  const raw = await picture(1_850, 1_390).ensureAlpha().raw().toBuffer();
  files.set("jxl3", await jxlFile(raw, 1_850, 1_390, 80));
  const source = createServer((request, response) => response.end(files.get((request.url ?? "").split("/")[1] ?? "")));
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" };
  const edge = await startEdge({ vars, beside: { hop: HOP } });
  try {
    const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
    const ask = async (name: string): Promise<Figures> => {
      const figures: Figures[] = [];
      for (let i = 0; i < rounds + 3; i++) figures.push(await timed(edge, `${base}/${name}/${i}-${Date.now()}`));
      const middle = (pick: (one: Figures) => number) => median(figures.slice(3).map(pick));
      return { total: middle(({ total }) => total), decode: middle(({ decode }) => decode) };
    };
    const icon = await ask("icon");
    const one = await ask("avif1");
    const four = await ask("avif4");
    const three = await ask("jxl3");
    const [small, large] = await Promise.all([hop(edge, 1_000), hop(edge, 4_000_000)]);
    return [
      await timesNative("AVIF 1 MP decode", one, files.get("avif1"), rounds),
      await timesNative("AVIF 4 MP decode", four, files.get("avif4"), rounds),
      line("SVG icon -> 320 px, whole request", icon.total, " ms", 40, `${icon.decode} ms of it in the heavy Worker`),
      line(
        "JPEG XL 2.6 MP with alpha -> 320 px, whole request",
        three.total,
        " ms",
        null,
        `${three.decode} ms of it in the heavy Worker`,
      ),
      line("hop with 1 KB", small, " ms", null),
      line("hop with 4 MB", large, " ms", null),
    ];
  } finally {
    await edge.stop();
    source.close();
  }
};

function line(label: string, value: number, unit: string, most: number | null, note = ""): Line {
  return { label, value, unit, most, note };
}

/** One miss: what the reader waits, and what decoding took by Server-Timing. */
async function timed(edge: Edge, address: string): Promise<Figures> {
  const started = performance.now();
  const response = await fetch(`${edge.url}/insecure/w:320/f:webp/plain/${encodeURIComponent(address)}`);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${address}: ${response.status}`);
  const total = performance.now() - started;
  return { total, decode: Number(/decode;dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "")?.[1] ?? 0) };
}

async function timesNative(
  label: string,
  { decode }: Figures,
  file: Uint8Array | undefined,
  rounds: number,
): Promise<Line> {
  sharp.concurrency(1);
  const times: number[] = [];
  for (let i = 0; i < rounds + 1; i++) {
    const started = performance.now();
    await sharp(file).raw().toBuffer();
    times.push(performance.now() - started);
  }
  const native = median(times.slice(1));
  return line(
    `${label}: times sharp`,
    decode / native,
    "",
    5,
    `${decode.toFixed(0)} ms against ${native.toFixed(0)} ms`,
  );
}

async function hop(edge: Edge, bytes: number): Promise<number> {
  const answer = await fetch(`${edge.beside.hop}/?bytes=${bytes}`);
  return median((await answer.json()) as number[]);
}

export default row;
