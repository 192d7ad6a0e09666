/** Damaged SVG, AVIF and JPEG XL as whole requests through both Workers: each is answered, and the next good one comes. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuMillis } from "../../bench/engine/workerd.ts";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { corpusFiles, readCorpus } from "../src/image/corpus.ts";
import { type Random, seeded } from "../src/image/formats/jpeg/decoder/random.ts";
import { inTurn } from "./asking.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const FILES = LONG ? { svg: 5_000, avif: 2_000, jxl: 2_000 } : { svg: 40, avif: 15, jxl: 15 };
/** Each file is answered within so much time. The machine has other work: what is later is asked for again, alone. */
const WITHIN_MS = 1_000;
/** Resident memory of the heavy Worker's process after all of them, with the runtime itself. */
const MAX_RESIDENT_MB = 400;

const GOOD_SVG = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">
<defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue" stop-opacity=".5"/></linearGradient>
<clipPath id="c"><circle cx="50" cy="50" r="40"/></clipPath><filter id="f"><feGaussianBlur stdDeviation="3"/></filter>
<pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse"><rect width="5" height="5"/></pattern>
<symbol id="s" viewBox="0 0 10 10"><path d="M0 0L10 10H0z"/></symbol><mask id="m"><rect width="90" height="90" fill="white"/></mask></defs>
<style>.a { fill: url(#g); stroke: black; stroke-width: 2 } #b, text.c { opacity: .5 }</style>
<g transform="translate(10 5) rotate(7)" clip-path="url(#c)"><rect class="a" x="5" y="5" width="80" height="60" rx="9"/></g>
<use xlink:href="#s" x="100" width="40" height="40" mask="url(#m)"/><g filter="url(#f)"><ellipse id="b" cx="150" cy="60" rx="30" ry="20" fill="url(#p)"/></g>
<path d="M10 90C40 10 65 10 95 80S150 150 180 20A25 25 0 0 1 30 40Q9 9 8 7T6 5" fill="none" stroke="green" stroke-dasharray="4 2"/>
<text class="c" x="20" y="60" font-size="20" font-family="Arial">Hello &amp; <tspan dy="5">more</tspan></text></svg>`;

/** Ways to damage the bytes of a file. */
const ANY: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.subarray(0, random.between(1, bytes.length)),
  (bytes, random) => {
    const damaged = bytes.slice();
    for (let i = random.between(1, 8); i > 0; i--)
      damaged[random.between(0, bytes.length - 1)] = random.between(0, 255);
    return damaged;
  },
  (bytes, random) => {
    const damaged = bytes.slice();
    const from = random.between(0, bytes.length - 1);
    damaged.copyWithin(random.between(0, bytes.length - 1), from, from + random.between(1, 200));
    return damaged;
  },
  (bytes, random) => {
    const from = random.between(0, bytes.length - 1);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.between(1, 50))]);
  },
  (bytes, random) => Buffer.concat([bytes, bytes.subarray(0, random.between(1, 99))]),
  // The header is where decisions are made.
  (bytes, random) => {
    const damaged = bytes.slice();
    for (let i = random.between(1, 4); i > 0; i--)
      damaged[random.between(0, Math.min(400, bytes.length - 1))] = random.between(0, 255);
    return damaged;
  },
];

const NUMBERS = ["0", "-1", "1e9", "1e-9", "NaN", "99999999999", "50%", ".5", "1e400"];
const REFERENCES = ["#g", "#s", "#m", "#c", "#f", "#p", "#b", "#", "#nothing"];

/** Ways to change what a document says. */
const OF_SVG: typeof ANY = [
  (bytes, random) => changed(bytes, random, /\d+(\.\d+)?/g, () => random.pick(NUMBERS)),
  (bytes, random) => changed(bytes, random, /#\w/g, () => random.pick(REFERENCES)),
  (bytes, random) => changed(bytes, random, /<(\w+)[^>]*\/>/g, (tag) => tag.repeat(random.between(2, 300))),
  (bytes, random) =>
    changed(bytes, random, /\w+="[^"]*"/g, (one) => `${one} opacity=".5" filter="url(#f)" mask="url(#m)"`),
  (bytes, random) =>
    changed(bytes, random, /<\/?\w+/g, () =>
      random.pick(["<g", "</g", "<use", "<svg", "<text", "<filter", "<!--", "<![CDATA["]),
    ),
];

function changed(bytes: Uint8Array, random: Random, pattern: RegExp, how: (found: string) => string): Uint8Array {
  const share = random.next();
  const text = Buffer.from(bytes).toString("utf8");
  return Buffer.from(text.replace(pattern, (found) => (random.next() < share / 2 ? how(found) : found)));
}

type Kind = keyof typeof FILES;
const corpus = (kind: Kind) =>
  corpusFiles("formats")
    .filter((file) => file.endsWith(`.${kind}`))
    .map((file) => readCorpus("formats", file));
const KINDS: Readonly<Record<Kind, { readonly good: readonly Uint8Array[]; readonly ways: typeof ANY }>> = {
  svg: { good: [new TextEncoder().encode(GOOD_SVG), ...corpus("svg")], ways: [...ANY, ...OF_SVG, ...OF_SVG] },
  // Small ones: what is tried is the number of files.
  avif: { good: corpus("avif").filter(({ length }) => length < 30_000), ways: ANY },
  jxl: { good: corpus("jxl").filter(({ length }) => length < 60_000), ways: ANY },
};

/** The file of an address such as `/avif/17`: always the same one. */
function fileOf(kind: Kind, index: number): Uint8Array {
  const { good, ways } = KINDS[kind];
  const random = seeded(1_000 * index + kind.length);
  const file = random.pick(good);
  return random.pick(ways)(file, random);
}

let source: Server;
let base: string;
let edge: Edge;

beforeAll(async () => {
  source = createServer((request, response) => {
    const [, kind = "", index = ""] = (request.url ?? "").split("/");
    if (index.startsWith("good")) response.end(KINDS[kind as Kind].good[0]);
    else response.end(fileOf(kind as Kind, Number(index)));
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
  const keys = { SIGNING_KEYS: KEY.toString("hex"), SIGNING_SALTS: KEY.toString("hex") };
  edge = await startEdge({ vars: { ALLOW_LOOPBACK_SOURCES: "true", ...keys } });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  source?.closeAllConnections();
  source?.close();
});

const KEY = Buffer.from("a key of a test");

type Answer = { readonly status: number; readonly text: string; readonly bytes: Uint8Array; readonly ms: number };

/** Asks for a width of 160. The address is signed: unsigned ones have a rate. */
async function ask(source: string): Promise<Answer> {
  const started = performance.now();
  const path = `/rs:fit:160/f:webp/${Buffer.from(source).toString("base64url")}`;
  const signature = createHmac("sha256", KEY).update(KEY).update(path).digest("base64url");
  const response = await fetch(`${edge.url}/${signature}${path}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = response.ok ? "" : new TextDecoder().decode(bytes);
  return { status: response.status, text, bytes, ms: performance.now() - started };
}

const residentMb = () => {
  const status = readFileSync(`/proc/${edge.heavy?.pid()}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

/** CPU time of the processes of both Workers, in milliseconds. */
const cpuOfBoth = () => cpuMillis(edge.workerdPid ?? 0) + cpuMillis(edge.heavy?.pid() ?? 0);

describe.each(Object.keys(KINDS) as Kind[])("%s", (kind) => {
  test.runIf(KINDS[kind].good.length > 0)(
    "each damaged file is answered, and the good one after them is as before",
    { timeout: 3_600_000 },
    async () => {
      const before = await ask(`${base}/${kind}/good-1`);
      expect(before.status).toBe(200);
      const pid = edge.heavy?.pid();
      const indices = Array.from({ length: FILES[kind] }, (_, i) => i);
      const odd: string[] = [];
      const late: number[] = [];
      let [drawn, slowest] = [0, 0];
      await inTurn(indices, 2, async (index) => {
        const { status, text, ms } = await ask(`${base}/${kind}/${index}`);
        if (status === 200) drawn++;
        slowest = Math.max(slowest, ms);
        if (status >= 500) odd.push(`${kind}/${index}: ${status} ${text} in ${Math.round(ms)} ms`);
        if (ms > WITHIN_MS) late.push(index);
      });
      for (const index of late) {
        const used = cpuOfBoth();
        const { status } = await ask(`${base}/${kind}/${index}/again`);
        const took = cpuOfBoth() - used;
        if (status >= 500 || took > WITHIN_MS) odd.push(`${kind}/${index}, alone: ${status}, ${took} ms of CPU time`);
      }
      expect(odd).toEqual([]);
      // A run in which all files were refused would show nothing.
      expect(drawn).toBeGreaterThan(FILES[kind] / 20);
      const after = await ask(`${base}/${kind}/good-2`);
      expect([after.status, after.text]).toEqual([200, ""]);
      expect(Buffer.compare(after.bytes, before.bytes)).toBe(0);
      expect(edge.heavy?.pid()).toBe(pid);
      expect(residentMb()).toBeLessThan(MAX_RESIDENT_MB);
      if (LONG)
        console.log(
          `${kind}: ${FILES[kind]} files, ${drawn} pictures, slowest ${Math.round(slowest)} ms, ${late.length} asked for again, ${Math.round(residentMb())} MB`,
        );
    },
  );
});
