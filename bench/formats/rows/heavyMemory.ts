/** What the heavy Worker's isolate holds at its peak: for the largest pictures, and for many of different kinds in a row. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Edge, startEdge } from "../../../src/cli/edge/start.ts";
import { processBytes } from "../../processMemory.ts";
import { type Held, type MeasuredIsolate, measureIsolate, total } from "../memory/isolate.ts";
import { MEASURED_ENTRY } from "../memory/measuredEntry.ts";
import { type Made, picturesOf } from "../memory/pictures.ts";
import type { Line, Row } from "../row.ts";

const MOST_MB = 110;
const MB = 1e6;
const VARS = {
  ...{ ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" },
  LADDER: "160,320,640,1024,1600,2048,4096",
};

const row: Row = async ({ photo }) => {
  const { largest, series, turns } = picturesOf(photo);
  const lines: Line[] = [];
  for (const one of largest) {
    await withEdge([one], async (ask, isolate) => {
      const [peak] = [await isolate.peakOf(() => ask(one))];
      lines.push(line(`heavy isolate: ${one.label}`, peak, MOST_MB));
    });
  }
  await withEdge(series, async (ask, isolate) => {
    lines.push(line("heavy isolate: 30 pictures in a row", await worstOf(series, ask, isolate, true), MOST_MB));
  });
  for (const [label, pictures] of [
    ["30 pictures in a row", series],
    ["largest AVIF and JPEG XL in turns", turns],
  ] as const) {
    await withEdge(pictures, async (ask, isolate, edge) => {
      const start = resident(edge, "VmRSS");
      const worst = await worstOf(pictures, ask, isolate, false);
      lines.push(line(`the same with garbage: ${label}`, worst, null));
      const grown = (resident(edge, "VmHWM") - start) / MB;
      lines.push({ label: `process over its start: ${label}`, value: grown, unit: " MB", most: null, note: "" });
    });
  }
  return lines;
};

/** The most that the isolate holds. `collected`: garbage is collected before each picture; else never on purpose. */
async function worstOf(
  pictures: readonly Made[],
  ask: (one: Made) => Promise<void>,
  isolate: MeasuredIsolate,
  collected: boolean,
): Promise<Held> {
  let worst: Held = { heap: 0, buffers: 0, wasm: [] };
  for (const one of pictures) {
    if (collected) await isolate.held(true);
    if (!collected) await ask(one);
    const held = collected ? await isolate.peakOf(() => ask(one)) : await isolate.held(false);
    if (total(held) > total(worst)) worst = held;
  }
  return worst;
}

function line(label: string, held: Held, most: number | null): Line {
  const mb = (bytes: number) => (bytes / MB).toFixed(1);
  const wasm = held.wasm.map((bytes) => mb(bytes)).join(" + ");
  const note = `WebAssembly ${wasm}, array buffers ${mb(held.buffers)}, heap ${mb(held.heap)}`;
  return { label, value: total(held) / MB, unit: " MB", most, note };
}

/** A fresh edge, and how to ask it for one of the pictures. */
async function withEdge(
  pictures: readonly Made[],
  work: (ask: (one: Made) => Promise<void>, isolate: MeasuredIsolate, edge: Edge) => Promise<void>,
): Promise<void> {
  const files: Uint8Array[] = [];
  for (const { make } of pictures) files.push(await make());
  const source = createServer((request, response) => response.end(files[Number((request.url ?? "").slice(1))]));
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  const edge = await startEdge({ vars: VARS, heavy: { entry: MEASURED_ENTRY, inspected: true } });
  try {
    const isolate = await measureIsolate(`http://${edge.heavy?.address}`, edge.heavy?.inspector() ?? "");
    const ask = async (one: Made) => {
      const address = encodeURIComponent(`${base}/${pictures.indexOf(one)}`);
      const response = await fetch(`${edge.url}/insecure/w:${one.width}/f:webp/plain/${address}`);
      const body = await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${one.label}: ${new TextDecoder().decode(body)}`);
    };
    await isolate.held(true);
    writeFileSync(`/proc/${edge.heavy?.pid()}/clear_refs`, "5");
    await work(ask, isolate, edge);
    isolate.close();
  } finally {
    await edge.stop();
    source.close();
  }
}

/** Bytes of the heavy Worker's process: resident now, or at most since the reset (proc(5), `clear_refs`). */
function resident(edge: Edge, which: "VmRSS" | "VmHWM"): number {
  const pid = edge.heavy?.pid();
  if (pid === undefined) throw new Error("the heavy Worker has no process");
  return processBytes(pid, which);
}

export default row;
