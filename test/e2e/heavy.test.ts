/** Both Workers, each in its own process: pictures of heavy kinds come, and what ends their decoder harms nobody else. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { HEAVY_DEADLINE_MS } from "../../src/image/heavy.ts";
import { askFor } from "./asking.ts";

/** The heavy Worker as it is, but some words in a picture make it work for ever, or wait for ever. */
const ENTRY = `
import Heavy from "./worker.js";
export default class extends Heavy {
  decode(bytes, order, begun) {
    const text = new TextDecoder().decode(bytes);
    const begin = async () => {
      await begun();
      while (text.includes("for ever"));
      if (text.includes("asleep")) {
        console.log("it has begun to sleep");
        await new Promise((wake) => setTimeout(wake, 1_000_000));
      }
    };
    return super.decode(bytes, order, begin);
  }
}`;

/** HEAVY_DEADLINE_MS as it is promised. A change of it has to be wanted. */
const DEADLINE_MS = 8_000;
/** A timer may be a little early. */
const EARLY_MS = 500;
/**
 * For a busy machine, on which the heavy Worker's process starts and a call that failed is repeated. Without the deadline
 * there is no answer at all, and a JPEG that waits for the other process waits until the deadline.
 */
const START_MS = 3_000;

const VARS = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1", QUEUE_MS: "30000" };
const drawing = (words: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><!-- ${words} --><rect width="90" height="60" fill="red"/></svg>`;

const RIGHTS = `<metadata><RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Work xmlns="http://creativecommons.org/ns#">
<d:creator xmlns:d="http://purl.org/dc/elements/1.1/">Jane</d:creator></Work></RDF></metadata>`;

let source: Server;
let base: string;
let edge: Edge;
let photo: Uint8Array;
const seen: string[] = [];
const logged: string[] = [];

beforeAll(async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  photo = await sharp({ create: { width: 800, height: 600, channels: 3, background: "#888", noise } })
    .jpeg()
    .toBuffer();
  source = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push(path);
    if (path.endsWith(".jpg")) response.end(photo);
    else if (path.startsWith("/endless")) response.end(drawing("for ever"));
    else if (path.startsWith("/asleep")) response.end(drawing("asleep"));
    else if (path.startsWith("/links"))
      response.end(drawing(`--><image href="${base}/followed.png" width="9" height="9"/><!--`));
    else if (path.startsWith("/licensed")) response.end(gzipSync(drawing(`-->${RIGHTS}<!--`)));
    else response.end(drawing(path));
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  const log = ({ message }: { readonly message: string }) => logged.push(message);
  edge = await startEdge({ vars: VARS, heavy: { entry: ENTRY, cpuMs: 500 }, log });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.closeAllConnections();
  source?.close();
});

let serial = 0;
const fresh = (name: string, ending: string) => `${base}/${name}-${++serial}.${ending}`;

/** Kills the heavy Worker's process, another one than `before`, and gives its id. It may be starting just now. */
async function killHeavy(before?: number): Promise<number> {
  const pid = await vi.waitUntil(() => [edge.heavy?.pid()].find((one) => one !== before), { timeout: 10_000 });
  process.kill(pid, "SIGKILL");
  return pid;
}
const sleeps = () => logged.filter((line) => line.includes("it has begun to sleep")).length;
const statuses = (answers: readonly { readonly status: number }[]) => [...new Set(answers.map(({ status }) => status))];

test("/healthz?bindings says that it answers", async () => {
  const told = (await (await fetch(`${edge.url}/healthz?bindings`)).json()) as { readonly bindings: unknown };
  const own = { coordinator: true, governor: true, masters: true, weather: "bound" };
  expect(told.bindings).toEqual({ ...own, heavy: "answers" });
});

describe("SVG", () => {
  test("comes as a picture, at the size asked for", async () => {
    const { status, bytes } = await askFor(edge.url, fresh("a", "svg"), 320);
    const { format, width, height } = await sharp(bytes).metadata();
    expect([status, format, width, height]).toEqual([200, "webp", 320, 213]);
  });
  test("through the Photon grammar it is a picture too, never the document", async () => {
    const address = fresh("p", "svg").replace("http://", "");
    for (const query of ["", "w=30", "resize=30,30"]) {
      const answer = await fetch(`${edge.url}/photon/${address}?ssl=0&${query}`, { headers: { accept: "*/*" } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect((await sharp(bytes).metadata()).format).toBe("png");
    }
  });
  test("is trimmed and cut where people look, each after a look at it", async () => {
    const address = encodeURIComponent(fresh("look", "svg"));
    const answer = await fetch(`${edge.url}/insecure/rs:fill:160:160/g:sm/t:10/el:1/f:png/plain/${address}`);
    const { width, height } = await sharp(new Uint8Array(await answer.arrayBuffer())).metadata();
    expect([answer.status, width, height]).toEqual([200, 160, 160]);
  });
  test("keeps whose it is, also when it is compressed", async () => {
    const { bytes } = await askFor(edge.url, fresh("licensed", "svgz"), 320);
    expect((await sharp(bytes).metadata()).xmp?.toString()).toContain("<rdf:li>Jane</rdf:li>");
  });
  test("what it refers to is never asked for", async () => {
    expect((await askFor(edge.url, `${base}/links.svg`)).status).toBe(200);
    expect(seen).not.toContain("/followed.png");
  });
  test("a size is drawn anew and not enlarged from a stored one", async () => {
    const address = fresh("sizes", "svg");
    for (const width of [160, 320, 640, 160]) {
      const { status, bytes } = await askFor(edge.url, address, width);
      expect([status, (await sharp(bytes).metadata()).width]).toEqual([200, width]);
    }
  });
});

describe("a picture that its decoder does not survive", () => {
  test("is answered by the deadline and remembered for every size; JPEGs and the next SVG come", {
    timeout: 60_000,
  }, async () => {
    const address = `${base}/endless.svg`;
    const inTime = async () => {
      const before = performance.now();
      const photos = await Promise.all(Array.from({ length: 10 }, () => askFor(edge.url, fresh("j", "jpg"))));
      expect(statuses(photos)).toEqual([200]);
      return performance.now() - before;
    };
    const alone = await inTime();
    const started = performance.now();
    const endless = askFor(edge.url, address, 160);
    await sleep(200);
    expect(await inTime()).toBeLessThan(2 * alone + 1_000);
    expect(await endless).toMatchObject({ status: 413, code: "source_too_complex" });
    expect(performance.now() - started).toBeLessThan(HEAVY_DEADLINE_MS + 2_000);
    const count = seen.length;
    const again = await Promise.all([160, 320, 1024].map((width) => askFor(edge.url, address, width)));
    for (const { status, code, ms } of again) {
      expect([status, code]).toEqual([413, "source_too_complex"]);
      expect(ms).toBeLessThan(2_000);
    }
    expect(seen.length).toBe(count);
    expect(await askFor(edge.url, fresh("after", "svg"))).toMatchObject({ status: 200 });
  });

  test("killed with 20 readers waiting: all are answered by the deadline, and JPEGs come as fast as without it", {
    timeout: 60_000,
  }, async () => {
    const many = (ending: string) => Array.from({ length: 20 }, () => askFor(edge.url, fresh("r", ending)));
    const p95 = (answers: readonly { readonly ms: number }[]) =>
      answers.map(({ ms }) => ms).sort((a, b) => a - b)[18] ?? 0;
    const alone = { readers: await Promise.all(many("svg")), photos: await Promise.all(many("jpg")) };
    // Only the deadline ends it: it uses no CPU time, and the new process waits for ever again.
    const asleep = askFor(edge.url, `${base}/asleep.svg`);
    // A kill before it has begun would not be put down to it.
    await vi.waitUntil(() => sleeps() === 1, { timeout: 5_000 });
    const readers = many("svg");
    const photos = many("jpg");
    await sleep(50);
    const pid = await killHeavy();
    const answered = await Promise.all(photos);
    expect(statuses(answered)).toEqual([200]);
    expect(p95(answered)).toBeLessThan(2 * p95(alone.photos) + START_MS);
    const last = await asleep;
    expect(last).toMatchObject({ status: 413, code: "source_too_complex" });
    expect(last.ms).toBeGreaterThan(DEADLINE_MS - EARLY_MS);
    expect(last.ms).toBeLessThan(DEADLINE_MS + 2 * p95(alone.readers) + START_MS);
    // As its limit of CPU time does.
    await killHeavy(pid);
    const pictures = await Promise.all(readers);
    expect(statuses(pictures)).toEqual([200]);
    expect(p95(pictures)).toBeLessThan(DEADLINE_MS + 2 * p95(alone.readers) + START_MS);
  });

  test("killed by something else, the picture comes at the second attempt", { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 30 }, () => askFor(edge.url, fresh("k", "svg")));
    await sleep(50);
    await killHeavy();
    expect(statuses(await Promise.all(many))).toEqual([200]);
  });
});

describe("a deployment without it", () => {
  test("answers 415 by name, and all other kinds as before", { timeout: 60_000 }, async () => {
    const alone = await startEdge({ vars: VARS, heavy: false });
    try {
      const answer = await fetch(`${alone.url}/insecure/rs:fit:160/plain/${encodeURIComponent(fresh("x", "svg"))}`);
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({
        code: "format_unsupported",
        message: "Pictures of the format SVG are not decoded here",
      });
      expect((await askFor(alone.url, fresh("x", "jpg"))).status).toBe(200);
    } finally {
      await alone.stop();
    }
  });
  test("DECODERS leaves out a kind by name", { timeout: 60_000 }, async () => {
    const some = await startEdge({ vars: { ...VARS, DECODERS: "png, webp, svg" } });
    try {
      expect(await askFor(some.url, fresh("x", "jpg"))).toMatchObject({ status: 415, code: "format_unsupported" });
      expect((await askFor(some.url, fresh("x", "svg"))).status).toBe(200);
    } finally {
      await some.stop();
    }
    await expect(startEdge({ vars: { ...VARS, DECODERS: "jpg" } })).rejects.toThrow(
      /DECODERS: "jpg" is not one of: jpeg, /,
    );
  });
});
