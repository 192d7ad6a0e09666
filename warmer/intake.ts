import { AgeJudge } from "./age.ts";
import type { Clock } from "./clock.ts";
import type { Counts } from "./counts.ts";
import { DatagramReader, type LineSink } from "./datagram.ts";
import type { RecentKeys } from "./dedup.ts";
import type { Format } from "./formats.ts";
import type { HashSeed } from "./hash.ts";
import type { DatagramSink } from "./listen.ts";
import type { RegionPusher } from "./push.ts";
import type { PlaceTable } from "./region.ts";
import type { HintRegisters } from "./registers.ts";
import type { Rejection } from "./rejections.ts";

export type IntakeOptions = {
  readonly places: PlaceTable;
  readonly seed: HashSeed;
  readonly format: Format;
  readonly hintSecret: string | null;
  readonly maxAgeMs: number;
  readonly skew: boolean;
};

/** Takes on the hints of one region that are worth a push. */
export type HintTaker = Pick<RegionPusher, "add">;

/**
 * The way of a hint from the datagram to its region's pusher: parse, age, region, dedup. The age comes before the
 * table of pushed keys, so that what is dropped as old never keeps a fresh one out.
 */
export class Intake implements DatagramSink, LineSink {
  readonly ages: AgeJudge;
  readonly #reader: DatagramReader;
  readonly #maxAgeMs: number;
  readonly #keys: RecentKeys;
  readonly #pushers: readonly HintTaker[];
  readonly #counts: Counts;
  readonly #clock: Clock;
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

  begin(): void {
    this.#now = this.#clock.wall();
    this.#steady = this.#clock.steady();
  }

  datagram(buffer: Buffer, offset: number, length: number, sender: number, queuedMs: number): void {
    this.#counts.datagrams++;
    if (sender === 0) {
      this.reject("sender");
      return;
    }
    this.#sender = sender;
    this.#queuedMs = queuedMs;
    this.#reader.read(buffer, offset, length, this);
  }

  end(): void {}

  hint(r: HintRegisters): void {
    const counts = this.#counts;
    counts.received += r.count;
    counts.parsed += r.count;
    const verdict = this.ages.judge(this.#sender, r.sender, r.time, this.#now, this.#queuedMs);
    if (verdict === "old") counts.oldAtReceipt += r.count;
    else if (verdict === "future") counts.future += r.count;
    else this.#pass(r, this.#now - this.ages.age + this.#maxAgeMs);
  }

  reject(reason: Rejection): void {
    this.#counts.reject(reason);
  }

  #pass(r: HintRegisters, expiry: number): void {
    const pusher = this.#pushers[r.region] as HintTaker;
    for (let i = 0; i < r.count; i++) {
      const lane1 = r.lane1[i] as number;
      const lane2 = r.lane2[i] as number;
      if (this.#keys.has(lane1, lane2, this.#steady)) this.#counts.duplicate++;
      else pusher.add(r.format, this.#reader.path(i), expiry, lane1, lane2, this.#now);
    }
  }
}
