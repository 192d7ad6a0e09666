import type { Clock } from "./clock.ts";
import { AgeFilter } from "./hint/ageFilter.ts";
import { DatagramReader, type LineSink } from "./hint/datagramReader.ts";
import type { HashKey, ScannedHint } from "./hint/hintScanner.ts";
import type { PlaceTable } from "./hint/placeTable.ts";
import { FORMATS, type Format } from "./hint/protocol.ts";
import type { Rejection } from "./hint/rejections.ts";
import type { Counts } from "./observe/counts.ts";
import type { RegionPusher } from "./push/regionPusher.ts";
import type { DedupTable } from "./queue/dedupTable.ts";
import type { DatagramSink } from "./receive/receiveBatch.ts";

export type HintPipelineOptions = {
  readonly places: PlaceTable;
  readonly key: HashKey;
  readonly format: Format;
  readonly hintSecret: string | null;
  readonly maxAgeMs: number;
  readonly skew: boolean;
};

/** The most hints that are looked up in the dedup table together. */
export const LOOKUP_BATCH_SIZE = 512;

/**
 * Fresh hints that wait for their look-up in the dedup table, one column per field. Their paths are still in the slots
 * they were received in.
 */
export class LookupBatch {
  size = 0;
  readonly regions = new Uint8Array(LOOKUP_BATCH_SIZE);
  readonly formats = new Uint8Array(LOOKUP_BATCH_SIZE);
  readonly starts = new Int32Array(LOOKUP_BATCH_SIZE);
  readonly ends = new Int32Array(LOOKUP_BATCH_SIZE);
  readonly keyLow = new Int32Array(LOOKUP_BATCH_SIZE);
  readonly keyHigh = new Int32Array(LOOKUP_BATCH_SIZE);
  readonly expiries = new Float64Array(LOOKUP_BATCH_SIZE);
}

/** Takes the hints of one region that are worth a push. */
export type HintSink = Pick<RegionPusher, "add">;

/**
 * The way of a hint from the datagram to the pusher of its region: parse, age, region, dedup. The age check comes
 * before the dedup table, so an old hint never keeps a fresh one out. Hints that were received together are looked up
 * together.
 */
export class HintPipeline implements DatagramSink, LineSink {
  readonly ageFilter: AgeFilter;
  readonly #reader: DatagramReader;
  readonly #maxAgeMs: number;
  readonly #keys: DedupTable;
  readonly #pushers: readonly HintSink[];
  readonly #counts: Counts;
  readonly #clock: Clock;
  readonly #batch = new LookupBatch();
  /** Result of the prefetches. It is kept so that the compiler cannot remove them. */
  prefetched = 0;
  #now = 0;
  #steady = 0;
  #sender = 0;
  #queuedMs = 0;
  #age: ReturnType<AgeFilter["classify"]> = "old";

  /** @param pushers one for each deployed region, in the order of the place table */
  constructor(
    options: HintPipelineOptions,
    keys: DedupTable,
    pushers: readonly HintSink[],
    counts: Counts,
    clock: Clock,
  ) {
    this.ageFilter = new AgeFilter(options);
    this.#reader = new DatagramReader({ ...options, secret: options.hintSecret });
    this.#maxAgeMs = options.maxAgeMs;
    this.#keys = keys;
    this.#pushers = pushers;
    this.#counts = counts;
    this.#clock = clock;
  }

  get slotMemory(): Buffer {
    return this.#reader.slotMemory;
  }

  get overflow(): number {
    return this.#counts.overflow;
  }

  begin(): void {
    const now = this.#clock.wall();
    // Both clocks count ms. While the wall clock shows the same ms, the steady clock is not read either.
    if (now === this.#now) return;
    this.#now = now;
    this.#steady = this.#clock.steady();
  }

  datagram(slot: number, length: number, sender: number, queuedMs: number): void {
    this.#counts.datagrams++;
    if (sender === 0) {
      this.reject("sender");
      return;
    }
    this.#sender = sender;
    this.#queuedMs = queuedMs;
    this.#reader.read(slot, length, this);
  }

  end(): void {
    this.flush();
  }

  hint(r: ScannedHint): void {
    const counts = this.#counts;
    counts.received += r.count;
    counts.parsed += r.count;
    if (r.isCopy) counts.copied += r.count;
    // A copy is as old as its hint, and the filter has learned from that already.
    else this.#age = this.ageFilter.classify(this.#sender, r.sender, r.time, this.#now, this.#queuedMs);
    const age = this.#age;
    if (age === "old") counts.oldAtReceipt += r.count;
    else if (age === "future") counts.future += r.count;
    else this.#keep(r, this.#now - this.ageFilter.age + this.#maxAgeMs);
  }

  reject(reason: Rejection): void {
    this.#counts.reject(reason);
  }

  /** Looks up the waiting hints and hands on those that are not duplicates. */
  flush(): void {
    const batch = this.#batch;
    const keys = this.#keys;
    for (let i = 0; i < batch.size; i++) {
      this.prefetched ^= keys.prefetch(batch.keyLow[i] as number, batch.keyHigh[i] as number);
    }
    for (let i = 0; i < batch.size; i++) {
      const keyLow = batch.keyLow[i] as number;
      const keyHigh = batch.keyHigh[i] as number;
      if (keys.has(keyLow, keyHigh, this.#steady)) {
        this.#counts.duplicate++;
        continue;
      }
      const path = this.#reader.path(batch.starts[i] as number, batch.ends[i] as number);
      const pusher = this.#pushers[batch.regions[i] as number] as HintSink;
      pusher.add(batch.formats[i] as number, path, batch.expiries[i] as number, keyLow, keyHigh, this.#now);
    }
    batch.size = 0;
  }

  #keep(r: ScannedHint, expiry: number): void {
    const batch = this.#batch;
    const format = r.byMap ? r.format + FORMATS.length : r.format;
    for (let i = 0; i < r.count; i++) {
      if (batch.size === LOOKUP_BATCH_SIZE) this.flush();
      const at = batch.size++;
      batch.regions[at] = r.region;
      batch.formats[at] = format;
      batch.starts[at] = r.starts[i] as number;
      batch.ends[at] = r.ends[i] as number;
      batch.keyLow[at] = r.keyLow[i] as number;
      batch.keyHigh[at] = r.keyHigh[i] as number;
      batch.expiries[at] = expiry;
    }
  }
}
