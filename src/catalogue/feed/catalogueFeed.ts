/**
 * The Durable Object that feeds the queue with chunks: disk, buckets, queue and timers around `FeedState`. There are 16, and
 * a host belongs to the one that its hash names, in every run. A record is on disk before a message or an answer leaves, so
 * a restarted object knows every lease. Messages that were lost with the queue are sent again when their leases end.
 */
import { DurableObject } from "cloudflare:workers";
import { addOperations, type Operations, QUEUE_OPERATIONS } from "../prices.ts";
import { BadRecord } from "../record.ts";
import type { RunSettings } from "../run.ts";
import { Awake } from "./awake.ts";
import { FeedReader } from "./feedReader.ts";
import { FeedState, type Read } from "./feedState.ts";
import { type FeedStatus, statusOf } from "./feedStatus.ts";
import { FeedStore } from "./feedStore.ts";
import { HostPaces } from "./hostPaces.ts";
import { hostKeyOf } from "./hostRecord.ts";
import type { Begun, ChunkMessage, ChunkName, FeedSettings, Report } from "./port.ts";
import { newRun } from "./runRecord.ts";
import { HOLD_MS, type Timing, timingOf } from "./timing.ts";

/** Messages of one call of the queue. */
const BATCH = 100;
/** While a run is under way, an alarm wakes the object this often at least, in milliseconds. */
const AWAKE_MS = 10_000;
/** A worker that waits for its host looks this often, in milliseconds. */
const LOOK_MS = 250;
const OBJECT_MB = 128;

export class CatalogueFeed extends DurableObject<Env> {
  readonly #store: FeedStore;
  readonly #reader: FeedReader;
  readonly #paces = new HostPaces();
  #timing: Timing = timingOf(60, 1_800);
  #state: FeedState;
  #shard: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #alarmAt = 0;
  #pumping = false;
  #pumpAgain = false;
  #spent: Operations = {};
  readonly #awake = new Awake();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new FeedStore(ctx.storage.sql);
    this.#reader = new FeedReader(env.R2_PRIMARY, () => this.#spend({ r2Read: 1 }));
    const settings = this.#store.settings();
    this.#shard = settings?.shard ?? 0;
    if (settings !== null) this.#apply(settings);
    this.#state = new FeedState(this.#options(), this.#store.runs(), this.#store.hosts());
    if (this.#isUnderWay()) this.#soon(0);
  }

  /** Begins a run, or takes up one that was paused. Does nothing when it runs. */
  async start(
    run: string,
    settings: RunSettings,
    from: { readonly origin: string; readonly region: string },
    deployment: FeedSettings,
  ): Promise<void> {
    this.#hear(deployment);
    const known = this.#state.runs.get(run);
    if (known === undefined) this.#state.putRun(newRun(run, settings, from, Date.now()));
    else if (known.state === "paused") this.#state.putRun({ ...known, state: "running" });
    await this.#pump();
  }

  /** Nothing more is sent; what is worked on comes to its end. */
  async pause(run: string): Promise<void> {
    const known = this.#state.runs.get(run);
    if (known?.state === "running") this.#state.putRun({ ...known, state: "paused" });
    this.#save();
  }

  /** Hosts that were given up, since a part of theirs could not be read, are tried again. */
  async reopen(run: string): Promise<void> {
    this.#state.reopen(this.#store.takeGivenUp(run), Date.now());
    await this.#pump();
  }

  /** There are host lists of so many rounds now. */
  async setRounds(run: string, rounds: number, deployment: FeedSettings): Promise<void> {
    this.#hear(deployment);
    const known = this.#state.runs.get(run);
    if (known === undefined || known.rounds >= rounds) return;
    const next = known.listed ? { round: known.rounds, offset: 0, listed: false, endedAt: null } : {};
    this.#state.putRun({ ...known, ...next, rounds });
    await this.#pump();
  }

  async status(run: string): Promise<FeedStatus | null> {
    const known = this.#state.runs.get(run);
    if (known === undefined) return null;
    return statusOf(known, [...this.#state.hosts.values()], this.#store.finished(run), (entry) =>
      this.#paces.of(entry.host, entry.pictures),
    );
  }

  /** A worker has come for a chunk. It waits here for a moment while another one works on the same host. */
  async begin(name: ChunkName, delivery: number, deployment: FeedSettings): Promise<Begun> {
    this.#hear(deployment);
    this.#spend({ objectRequest: 1 });
    const part = await this.#reader.part(name);
    const until = Date.now() + Math.min(HOLD_MS, this.#timing.chunkMs);
    for (;;) {
      const beginning = this.#state.begin(name, delivery, Date.now());
      if (beginning.kind === "go") {
        this.#save();
        this.#soon();
        const { work } = beginning;
        return { go: true, work: { ...work, range: this.#reader.range(part, work.from, work.to) } };
      }
      if (beginning.kind === "stale") return { go: false, why: "stale" };
      if (beginning.kind === "later" || Date.now() >= until) {
        if (beginning.kind === "hold") this.#state.letGo(name, Date.now());
        this.#save();
        this.#soon();
        return { go: false, why: "later" };
      }
      await new Promise((wake) => setTimeout(wake, LOOK_MS));
    }
  }

  /** A worker's report. False: somebody else has done these rows. */
  async report(name: ChunkName, report: Report): Promise<boolean> {
    this.#spend({ objectRequest: 1, objectMegabyteSeconds: this.#awake.call(Date.now()) * (OBJECT_MB / 1000) });
    const operations = addOperations(report.operations, this.#spent);
    this.#spent = {};
    const isCounted = this.#state.report(name, { ...report, operations }, Date.now());
    if (!isCounted) this.#spent = operations;
    await this.#pump();
    return isCounted;
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = 0;
    await this.#pump();
  }

  /** Reads, cuts and sends until nothing is due. One at a time. */
  async #pump(): Promise<void> {
    if (this.#pumping) {
      this.#pumpAgain = true;
      return this.#save();
    }
    this.#pumping = true;
    try {
      do {
        this.#pumpAgain = false;
        const { messages, reads } = this.#state.step(Date.now());
        this.#save();
        if (messages.length > 0) await this.#send(messages);
        if (reads.length > 0) await Promise.all(reads.map((read) => this.#read(read)));
        if (reads.length > 0 || this.#state.nextAt <= Date.now()) this.#pumpAgain = true;
      } while (this.#pumpAgain);
    } finally {
      this.#pumping = false;
      this.#save();
      this.#soon();
    }
  }

  async #send(messages: readonly ChunkMessage[]): Promise<void> {
    // A message that is known to the queue and not to the disk would be worked on, and sent again as another one.
    await this.ctx.storage.sync();
    for (let i = 0; i < messages.length; i += BATCH) {
      const batch = messages.slice(i, i + BATCH);
      try {
        await this.env.CATALOGUE.sendBatch(batch.map((body) => ({ body })));
        this.#spend({ queueOperation: batch.length * QUEUE_OPERATIONS });
      } catch (error) {
        console.error(JSON.stringify({ msg: "catalogue: the queue takes no messages", error: String(error) }));
        for (const message of batch) this.#state.letGo(message, Date.now());
      }
    }
  }

  async #read(read: Read): Promise<void> {
    const now = Date.now();
    try {
      if (read.kind === "list") {
        const { entries, offset } = await this.#reader.hosts(read.run, this.#shard);
        this.#state.addHosts(read.run.run, entries, offset, now);
      } else {
        const { record } = read;
        const { header } = await this.#reader.part(record);
        this.#state.openPart(hostKeyOf(record), record.part, header.rows);
      }
    } catch (error) {
      console.error(JSON.stringify({ msg: "catalogue: cannot read", what: read.kind, error: String(error) }));
      if (read.kind === "part" && error instanceof BadRecord) this.#state.damaged(hostKeyOf(read.record), now);
      else if (read.kind === "part") this.#state.putOff(hostKeyOf(read.record), now);
      else this.#state.putOffList(read.run.run, now);
    }
  }

  #hear(settings: FeedSettings): void {
    this.#awake.call(Date.now());
    if (!this.#store.keepSettings(settings)) return;
    this.#shard = settings.shard;
    this.#apply(settings);
    const hosts = [...this.#state.hosts.values()];
    this.#save();
    this.#state = new FeedState(this.#options(), [...this.#state.runs.values()], hosts);
  }

  #apply(settings: FeedSettings): void {
    this.#timing = timingOf(settings.chunkSeconds, settings.leaseSeconds);
    this.#paces.use(settings.politeness);
  }

  #options() {
    return {
      shard: this.#shard,
      timing: this.#timing,
      paceOf: (host: string, pictures: number) => this.#paces.of(host, pictures),
    };
  }

  #save(): void {
    const rows = this.#store.save(this.#state.taken());
    if (rows > 0) this.#spend({ objectRowWritten: rows });
  }

  #spend(operations: Operations): void {
    this.#spent = addOperations(this.#spent, operations);
  }

  #isUnderWay(): boolean {
    return [...this.#state.runs.values()].some(({ state, endedAt }) => state === "running" && endedAt === null);
  }

  /** Comes again when something is due. The timer is exact; the alarm is for an object that was stopped meanwhile. */
  #soon(atMost = AWAKE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isUnderWay()) return;
    const now = Date.now();
    const ms = Math.max(0, Math.min(this.#state.nextAt - now, atMost));
    this.#timer = setTimeout(() => void this.#pump(), ms);
    const wakeMs = Math.min(AWAKE_MS, this.#timing.sentMs / 2);
    if (this.#alarmAt > now) return;
    this.#alarmAt = now + wakeMs;
    this.#spend({ objectRowWritten: 1 });
    this.ctx.waitUntil(this.ctx.storage.setAlarm(this.#alarmAt));
  }
}
