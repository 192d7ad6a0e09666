import type { Clock } from "./clock.ts";
import { AgeJudge } from "./hint/ageFilter.ts";
import { DatagramReader, type LineSink } from "./hint/datagramReader.ts";
import type { HashKey, HintRegisters } from "./hint/hintScanner.ts";
import type { PlaceTable } from "./hint/placeTable.ts";
import type { Format } from "./hint/protocol.ts";
import type { Rejection } from "./hint/rejections.ts";
import type { Counts } from "./observe/counts.ts";
import type { RegionPusher } from "./push/regionPusher.ts";
import type { RecentKeys } from "./queue/dedupTable.ts";
import type { DatagramSink } from "./receive/listen.ts";

export type IntakeOptions = {
  readonly places: PlaceTable;
  readonly key: HashKey;
  readonly format: Format;
  readonly hintSecret: string | null;
  readonly maxAgeMs: number;
  readonly skew: boolean;
};

/** Hints that are kept before they are looked up together, at most. */
export const GROUP = 512;

/** The fresh hints of one group of datagrams, a column for each field; their paths still lie where they were received. */
export class Group {
  size = 0;
  readonly regions = new Uint8Array(GROUP);
  readonly formats = new Uint8Array(GROUP);
  readonly starts = new Int32Array(GROUP);
  readonly ends = new Int32Array(GROUP);
  readonly lane1 = new Int32Array(GROUP);
  readonly lane2 = new Int32Array(GROUP);
  readonly expiries = new Float64Array(GROUP);
}

/** Takes on the hints of one region that are worth a push. */
export type HintTaker = Pick<RegionPusher, "add">;

/**
 * The way of a hint from the datagram to its region's pusher: parse, age, region, dedup. The age comes before the
 * table of pushed keys, so that what is dropped as old never keeps a fresh one out. The hints of one group are looked
 * up together at its end.
 */
export class Intake implements DatagramSink, LineSink {
  readonly ages: AgeJudge;
  readonly #reader: DatagramReader;
  readonly #maxAgeMs: number;
  readonly #keys: RecentKeys;
  readonly #pushers: readonly HintTaker[];
  readonly #counts: Counts;
  readonly #clock: Clock;
  readonly #group = new Group();
  /** What was touched, so that touching is not optimised away. */
  touched = 0;
  #now = 0;
  #steady = 0;
  #sender = 0;
  #queuedMs = 0;

  /** @param pushers one per deployed region, in the order of the place table */
  constructor(options: IntakeOptions, keys: RecentKeys, pushers: readonly HintTaker[], counts: Counts, clock: Clock) {
    this.ages = new AgeJudge(options);
    this.#reader = new DatagramReader({ ...options, secret: options.hintSecret });
    this.#maxAgeMs = options.maxAgeMs;
    this.#keys = keys;
    this.#pushers = pushers;
    this.#counts = counts;
    this.#clock = clock;
  }

  get room(): Buffer {
    return this.#reader.room;
  }

  get overflow(): number {
    return this.#counts.overflow;
  }

  begin(): void {
    const now = this.#clock.wall();
    // Both clocks tell ms: while one stands still the other need not be asked.
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
    this.settle();
  }

  hint(r: HintRegisters): void {
    const counts = this.#counts;
    counts.received += r.count;
    counts.parsed += r.count;
    const verdict = this.ages.judge(this.#sender, r.sender, r.time, this.#now, this.#queuedMs);
    if (verdict === "old") counts.oldAtReceipt += r.count;
    else if (verdict === "future") counts.future += r.count;
    else this.#keep(r, this.#now - this.ages.age + this.#maxAgeMs);
  }

  reject(reason: Rejection): void {
    this.#counts.reject(reason);
  }

  /** Hands on what was kept, save repeats. */
  settle(): void {
    const group = this.#group;
    const keys = this.#keys;
    for (let i = 0; i < group.size; i++) {
      this.touched ^= keys.touch(group.lane1[i] as number, group.lane2[i] as number);
    }
    for (let i = 0; i < group.size; i++) {
      const lane1 = group.lane1[i] as number;
      const lane2 = group.lane2[i] as number;
      if (keys.has(lane1, lane2, this.#steady)) {
        this.#counts.duplicate++;
        continue;
      }
      const path = this.#reader.path(group.starts[i] as number, group.ends[i] as number);
      const pusher = this.#pushers[group.regions[i] as number] as HintTaker;
      pusher.add(group.formats[i] as number, path, group.expiries[i] as number, lane1, lane2, this.#now);
    }
    group.size = 0;
  }

  #keep(r: HintRegisters, expiry: number): void {
    const group = this.#group;
    for (let i = 0; i < r.count; i++) {
      if (group.size === GROUP) this.settle();
      const at = group.size++;
      group.regions[at] = r.region;
      group.formats[at] = r.format;
      group.starts[at] = r.starts[i] as number;
      group.ends[at] = r.ends[i] as number;
      group.lane1[at] = r.lane1[i] as number;
      group.lane2[at] = r.lane2[i] as number;
      group.expiries[at] = expiry;
    }
  }
}
