/** Isolates that see different variants, through metadata that lags, must not make each other's renditions outdated for ever. */
import { describe, expect, test } from "vitest";
import { isOutdated } from "../../../src/store/freshness.ts";
import {
  generationOf,
  hasHash,
  type SourceMeta,
  type VariantMeta,
  withVariant,
} from "../../../src/store/sourceMeta.ts";

const LAG_MS = 60_000;
const VARIANTS = ["original", "flickr.z", "flickr.n"];
/** Renditions that are made of each variant: sizes and formats. */
const SIZES = 4;

type Made = { variant: string; sourceHash: string; generation: number; storedAt: number };

/** Mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A source, its stored renditions, and KV, whose readers see what it was up to a minute ago. */
class World {
  readonly random: () => number;
  readonly made = new Map<string, Made>();
  readonly written: { at: number; meta: SourceMeta }[] = [];
  now = 1_000_000;
  version = 1;
  fetches = 0;
  /** The servers of one provider encode a rendition in so many ways. */
  readonly encodings: number;

  constructor(seed: number, encodings: number) {
    this.random = randomFrom(seed);
    this.encodings = encodings;
  }

  /** Somebody looks a rendition up, and renders it anew where it is missing or outdated. */
  step(isStale = false): void {
    this.now += Math.floor(this.random() * 5_000);
    const variant = VARIANTS[Math.floor(this.random() * VARIANTS.length)] ?? "original";
    const view = this.#view(this.now - this.random() * LAG_MS);
    const key = `${variant}/${Math.floor(this.random() * SIZES)}`;
    const rendition = this.made.get(key);
    if (!isStale && rendition !== undefined && !(view !== null && isOutdated(rendition, view))) return;
    this.fetches++;
    const storedAt = this.now;
    const sourceHash = this.#hashOf(variant);
    const generation = generationOf(view, variant, sourceHash);
    this.made.set(key, { variant, sourceHash, generation, storedAt });
    // Another isolate may have written meanwhile: what is read before the write lags as well.
    const known = this.#view(this.now - this.random() * LAG_MS);
    const recorded = known?.variants[variant];
    if (recorded?.hash === sourceHash) return;
    const isSame = known !== null && recorded !== undefined && hasHash(known, variant, sourceHash);
    const at = isSame ? recorded.at : storedAt;
    const file: VariantMeta = {
      ...{ hash: sourceHash, at, width: 4, height: 3, orientation: 1, format: "jpeg", bytes: 1 },
      ...{ etag: null, lastModified: null },
    };
    this.written.push({ at: this.now, meta: withVariant(known, variant, file) });
  }

  #hashOf(variant: string): string {
    const encoding = variant === "original" ? 0 : Math.floor(this.random() * this.encodings);
    return (this.version * 4096 + VARIANTS.indexOf(variant) * 16 + encoding).toString(16).padStart(8, "0");
  }

  #view(at: number): SourceMeta | null {
    return this.written.findLast((one) => one.at <= at)?.meta ?? null;
  }
}

describe.each([
  ["one encoding", 1],
  ["two servers that encode in different ways", 2],
  ["three", 3],
])("with %s of each variant", (_, encodings) => {
  test("once the source stops changing, nothing is fetched any more", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const world = new World(seed, encodings);
      for (let change = 0; change < 5; change++) {
        world.version++;
        for (let step = 0; step < 40; step++) world.step(world.random() < 0.1);
      }
      // Every rendition is renewed once, and what was written becomes visible.
      for (let step = 0; step < 600; step++) world.step();
      const before = world.fetches;
      for (let step = 0; step < 300; step++) world.step();
      expect([seed, world.fetches - before]).toEqual([seed, 0]);
    }
  });

  test("renewals for want of freshness end, too: each costs a few fetches, not one for every look-up", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const world = new World(seed, encodings);
      for (let step = 0; step < 200; step++) world.step(world.random() < 0.1);
      const before = world.fetches;
      for (let round = 0; round < 20; round++) {
        world.step(true);
        for (let step = 0; step < 60; step++) world.step();
      }
      expect(world.fetches - before).toBeLessThanOrEqual(20 * 6);
    }
  });
});
