/**
 * Writes JPEG files from coefficients, for the tests: any sampling, any script of scans, restart markers, code tables
 * of both extremes. Written after ITU T.81 (annexes B, F and G) and nothing else, so it also judges the decoder's
 * reading.
 */
import { BitWriter, type Code, codeOf, putValue, sizeOf } from "./bits.ts";
import type { Random } from "./random.ts";

export type SyntheticScan = {
  readonly components: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
};

export type SyntheticComponent = {
  readonly h: number;
  readonly v: number;
  readonly quantiser: Uint16Array;
  /** Blocks across and down, padded to whole MCUs; and those that scans of this component alone have. */
  readonly across: number;
  readonly down: number;
  readonly ownAcross: number;
  readonly ownDown: number;
  /** 64 quantised values a block in zigzag order. */
  readonly coefficients: Int16Array;
};

export type Synthetic = {
  readonly width: number;
  readonly height: number;
  readonly components: readonly SyntheticComponent[];
};

/** Random coefficients, mostly of low frequency, for components with these factors. */
export function syntheticPicture(
  random: Random,
  width: number,
  height: number,
  factors: readonly (readonly [number, number])[],
): Synthetic {
  const H = Math.max(...factors.map(([h]) => h));
  const V = Math.max(...factors.map(([, v]) => v));
  const mcusAcross = Math.ceil(width / (8 * H));
  const mcusDown = Math.ceil(height / (8 * V));
  const components = factors.map(([h, v]) => {
    const across = mcusAcross * h;
    const down = mcusDown * v;
    const ownAcross = Math.ceil(Math.ceil((width * h) / H) / 8);
    const ownDown = Math.ceil(Math.ceil((height * v) / V) / 8);
    const quantiser = Uint16Array.from({ length: 64 }, (_, k) => random.between(1, 4 + (k >> 2)));
    const coefficients = new Int16Array(across * down * 64);
    const density = random.next();
    for (let block = 0; block < across * down; block++) {
      const q0 = quantiser[0] ?? 1;
      coefficients[block * 64] = Math.round(random.between(-700, 700) / q0);
      if (block % across >= ownAcross || Math.floor(block / across) >= ownDown) continue;
      for (let k = 1; k < 64; k++) {
        if (random.next() > density / (1 + k / 8)) continue;
        const most = random.pick([1, 1, 2, 7, 90]);
        coefficients[block * 64 + k] = random.between(-most, most) / Math.max(1, k >> 3);
      }
    }
    return { h, v, quantiser, across, down, ownAcross, ownDown, coefficients };
  });
  return { width, height, components };
}

/** The script libjpeg writes for a sequential file: all at once, or a scan per component. */
export function sequentialScript(count: number, interleaved: boolean): SyntheticScan[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const whole = { first: 0, last: 63, high: 0, low: 0 };
  return interleaved ? [{ components: all, ...whole }] : all.map((i) => ({ components: [i], ...whole }));
}

/** A random legal progressive script: bands split anywhere, up to three bits left to refinement scans. */
export function progressiveScript(random: Random, count: number): SyntheticScan[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const dcLow = random.between(0, 2);
  const dc = random.next() < 0.5 ? [all] : all.map((i) => [i]);
  const queues: SyntheticScan[][] = all.map((i) => {
    const queue: SyntheticScan[] = [];
    const low = random.between(0, 3);
    for (let first = 1; first < 64; ) {
      const last = random.next() < 0.3 ? 63 : random.between(first, 63);
      queue.push({ components: [i], first, last, high: 0, low });
      first = last + 1;
    }
    for (let bit = low - 1; bit >= 0; bit--) {
      for (let first = 1; first < 64; ) {
        const last = random.next() < 0.7 ? 63 : random.between(first, 63);
        queue.push({ components: [i], first, last, high: bit + 1, low: bit });
        first = last + 1;
      }
    }
    return queue;
  });
  const refinements: SyntheticScan[] = [];
  for (let bit = dcLow - 1; bit >= 0; bit--) {
    refinements.push({ components: all, first: 0, last: 0, high: bit + 1, low: bit });
  }
  queues.push(refinements);
  const script: SyntheticScan[] = dc.map((components) => ({ components, first: 0, last: 0, high: 0, low: dcLow }));
  while (queues.some((queue) => queue.length > 0)) {
    const scan = random.pick(queues).shift();
    if (scan !== undefined) script.push(scan);
  }
  return script;
}

/** State of one scan's coding. */
type Coding = { to: BitWriter; dc: Code; ac: Code; scan: SyntheticScan; run: number; corrections: number[] };

function putSequential(c: Coding, values: Int16Array, difference: number): void {
  c.dc.put(c.to, sizeOf(difference));
  putValue(c.to, difference);
  let zeros = 0;
  for (let k = 1; k < 64; k++) {
    const value = values[k] ?? 0;
    if (value === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) c.ac.put(c.to, 0xf0);
    c.ac.put(c.to, (zeros << 4) | sizeOf(value));
    putValue(c.to, value);
    zeros = 0;
  }
  if (zeros > 0) c.ac.put(c.to, 0);
}

/** Writes the run of ended blocks (G.1.2.2) and the correction bits that belong to them. */
function putRun(c: Coding): void {
  if (c.run > 0) {
    const size = 31 - Math.clz32(c.run);
    c.ac.put(c.to, size << 4);
    c.to.put(c.run - (1 << size), size);
  }
  for (const bit of c.corrections) c.to.put(bit, 1);
  c.run = 0;
  c.corrections = [];
}

function putFirstAc(c: Coding, values: Int16Array): void {
  let zeros = 0;
  for (let k = c.scan.first; k <= c.scan.last; k++) {
    const value = Math.trunc((values[k] ?? 0) / (1 << c.scan.low));
    if (value === 0) {
      zeros++;
      continue;
    }
    putRun(c);
    for (; zeros > 15; zeros -= 16) c.ac.put(c.to, 0xf0);
    c.ac.put(c.to, (zeros << 4) | sizeOf(value));
    putValue(c.to, value);
    zeros = 0;
  }
  if (zeros > 0 && ++c.run === 0x7fff) putRun(c);
}

function putRefinedAc(c: Coding, values: Int16Array): void {
  const magnitude = (k: number) => Math.abs(values[k] ?? 0) >> c.scan.low;
  let end = 0;
  for (let k = c.scan.first; k <= c.scan.last; k++) if (magnitude(k) === 1) end = k;
  let zeros = 0;
  let own: number[] = [];
  const putOwn = () => {
    for (const bit of own) c.to.put(bit, 1);
    own = [];
  };
  for (let k = c.scan.first; k <= c.scan.last; k++) {
    const now = magnitude(k);
    if (now === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15 && k <= end; zeros -= 16) {
      putRun(c);
      c.ac.put(c.to, 0xf0);
      putOwn();
    }
    if (now > 1) {
      own.push(now & 1);
      continue;
    }
    putRun(c);
    c.ac.put(c.to, (zeros << 4) | 1);
    c.to.put((values[k] ?? 0) < 0 ? 0 : 1, 1);
    putOwn();
    zeros = 0;
  }
  if (zeros === 0 && own.length === 0) return;
  c.run++;
  c.corrections.push(...own);
  if (c.run === 0x7fff || c.corrections.length > 900) putRun(c);
}

function putScan(to: BitWriter, picture: Synthetic, scan: SyntheticScan, codes: [Code, Code], interval: number): void {
  const progressive = scan.last !== 63 || scan.first !== 0;
  const coding: Coding = { to, dc: codes[0], ac: codes[1], scan, run: 0, corrections: [] };
  const predictors = new Map<number, number>();
  const putBlock = (index: number, row: number, column: number) => {
    const component = picture.components[index];
    if (component === undefined) return;
    const at = (row * component.across + column) * 64;
    const values = component.coefficients.subarray(at, at + 64);
    const dc = (values[0] ?? 0) >> scan.low;
    const difference = dc - (predictors.get(index) ?? 0);
    if (!progressive) putSequential(coding, values, difference);
    else if (scan.first > 0 && scan.high === 0) putFirstAc(coding, values);
    else if (scan.first > 0) putRefinedAc(coding, values);
    else if (scan.high === 0) {
      coding.dc.put(to, sizeOf(difference));
      putValue(to, difference);
    } else to.put(dc & 1, 1);
    predictors.set(index, dc);
  };
  const [only] = scan.components;
  const single = scan.components.length === 1 ? picture.components[only ?? 0] : undefined;
  const first = picture.components[0];
  const across = single?.ownAcross ?? (first === undefined ? 0 : first.across / first.h);
  const down = single?.ownDown ?? (first === undefined ? 0 : first.down / first.v);
  for (let unit = 0; unit < across * down; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      putRun(coding);
      to.marker(0xd0 + ((unit / interval - 1) & 7));
      predictors.clear();
    }
    const row = Math.floor(unit / across);
    const column = unit % across;
    if (single !== undefined) putBlock(only ?? 0, row, column);
    else {
      for (const index of scan.components) {
        const { h = 1, v = 1 } = picture.components[index] ?? {};
        for (let y = 0; y < v; y++) for (let x = 0; x < h; x++) putBlock(index, row * v + y, column * h + x);
      }
    }
  }
  putRun(coding);
  to.flush();
}

export type WriteOptions = {
  readonly script: readonly SyntheticScan[];
  readonly interval: number;
  readonly skewed: boolean;
  /** Transform byte of an Adobe segment; none if absent. */
  readonly adobe?: number;
};

/** The file. */
export function writeJpeg(picture: Synthetic, { script, interval, skewed, adobe }: WriteOptions): Uint8Array {
  const to = new BitWriter();
  const segment = (code: number, body: readonly number[]) => {
    to.bytes.push(0xff, code, (body.length + 2) >> 8, (body.length + 2) & 255, ...body);
  };
  const dc = codeOf([0, 3, 5, 1, 2, 4, 6, 7, 8, 9], skewed);
  const ac = codeOf([1, 0, 2, 17, 3, 33, 0xf0, 18, 16], skewed);
  to.bytes.push(0xff, 0xd8);
  if (adobe !== undefined) segment(0xee, [65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, adobe]);
  picture.components.forEach((c, i) => {
    segment(0xdb, [i, ...c.quantiser]);
  });
  const progressive = script.some((scan) => scan.last !== 63 || scan.first !== 0);
  const size = [picture.height >> 8, picture.height & 255, picture.width >> 8, picture.width & 255];
  const components = picture.components.flatMap((c, i) => [i + 1, (c.h << 4) | c.v, i]);
  segment(progressive ? 0xc2 : 0xc0, [8, ...size, picture.components.length, ...components]);
  // T.81 allows DC symbols to 11 only; the table has just those a decoder may meet.
  const dcTable = { ...dc, counts: [...dc.counts], symbols: dc.symbols };
  segment(0xc4, [0x00, ...dcTable.counts, ...dcTable.symbols]);
  segment(0xc4, [0x10, ...ac.counts, ...ac.symbols]);
  if (interval > 0) segment(0xdd, [interval >> 8, interval & 255]);
  for (const scan of script) {
    const members = scan.components.flatMap((index) => [index + 1, 0]);
    segment(0xda, [scan.components.length, ...members, scan.first, scan.last, (scan.high << 4) | scan.low]);
    putScan(to, picture, scan, [dc, ac], interval);
  }
  to.bytes.push(0xff, 0xd9);
  return Uint8Array.from(to.bytes);
}
