/**
 * The feed without disk, queue or clock: which chunk of which host is sent when, and who works on what. catalogueFeed.ts
 * gives it time, keeps its records and sends its messages. Nothing here goes through all hosts, save what a restart loads.
 */
import type { JobPace, PaceOf } from "../jobPace.ts";
import type { HostEntry } from "../run.ts";
import { Changes, type Taken } from "./changes.ts";
import { DueHeap } from "./dueHeap.ts";
import { addTally, type HostRecord, isFinished, type ListedHost, newHost, reopened } from "./hostRecord.ts";
import {
  cutAt,
  dueAt,
  expiresAt,
  withBegun,
  withChunk,
  withDamage,
  withExpired,
  withJoined,
  withPostponed,
  withReport,
  withSent,
} from "./leases.ts";
import { OpenHosts } from "./openHosts.ts";
import type { Beginning, ChunkMessage, ChunkName, Report } from "./port.ts";
import { afterPage, type RunRecord, withEnd } from "./runRecord.ts";
import { AGAIN_MS, AHEAD_MS, OPEN_HOSTS, type Timing } from "./timing.ts";
import { workOf } from "./workOf.ts";

/** What has to be read before the feed can go on. */
export type Read =
  | { readonly kind: "list"; readonly run: RunRecord }
  | { readonly kind: "part"; readonly record: HostRecord };

export type FeedOptions = { readonly shard: number; readonly timing: Timing; readonly paceOf: PaceOf };

export class FeedState {
  readonly runs = new Map<string, RunRecord>();
  readonly #open = new OpenHosts();
  readonly #changes = new Changes();
  readonly #due = new DueHeap();
  /** Hosts that could send more if the queue had room: the first one goes first. */
  readonly #waiting = new Set<string>();
  /** Hosts whose next part is not opened. */
  readonly #unopened = new Set<string>();
  /** When the list of a run may be read again after a failure. */
  readonly #listsAt = new Map<string, number>();
  readonly #options: FeedOptions;

  constructor(options: FeedOptions, runs: readonly RunRecord[] = [], hosts: readonly HostRecord[] = []) {
    this.#options = options;
    for (const run of runs) this.runs.set(run.run, run);
    for (const host of hosts) this.#put(host, false);
  }

  get hosts(): ReadonlyMap<string, HostRecord> {
    return this.#open.records;
  }

  /** When something is due by itself (unix ms); Infinity = nothing is. */
  get nextAt(): number {
    return this.#waiting.size > 0 && this.#open.room > 0 ? 0 : this.#due.next;
  }

  /** What has changed since the last call: to be on disk before anything of it is said. */
  taken(): Taken {
    return this.#changes.take(this.hosts, this.runs);
  }

  putRun(run: RunRecord): void {
    this.runs.set(run.run, run);
    this.#changes.run(run.run);
    for (const [key, host] of this.hosts) if (host.run === run.run) this.#schedule(key, host);
  }

  /** Hosts of a list, and the byte at which its next line begins; null = the list has ended. */
  addHosts(name: string, entries: readonly ListedHost[], offset: number | null, now: number): void {
    const run = this.runs.get(name);
    if (run === undefined) return;
    for (const { host16, ...entry } of entries) {
      const { expected } = this.#paceOf(entry);
      this.#put(newHost(name, run.round, host16, entry, expected, now), true);
    }
    this.#setRun(afterPage(run, entries, offset), now);
  }

  /** The part that the cursor is in has so many rows. */
  openPart(key: string, part: number, rows: number): void {
    const record = this.hosts.get(key);
    this.#unopened.delete(key);
    if (record !== undefined && record.part === part) this.#put({ ...record, partRows: rows, unreadable: 0 }, true);
  }

  /** The part cannot be read now; below, the list. */
  putOff(key: string, now: number): void {
    const record = this.hosts.get(key);
    this.#unopened.delete(key);
    if (record !== undefined) this.#put({ ...record, notBefore: now + AGAIN_MS, trouble: "stores" }, true);
  }

  /** What the host's part has cannot be read. It is tried again, and given up in the end. */
  damaged(key: string, now: number): void {
    const record = this.hosts.get(key);
    this.#unopened.delete(key);
    if (record === undefined) return;
    const { record: after, isGivenUp } = withDamage(record, now);
    if (isGivenUp) this.#finish(key, after, now);
    else this.#put(after, true);
  }

  /** Hosts that were given up are under way again. */
  reopen(records: readonly HostRecord[], now: number): void {
    for (const record of records) {
      const run = this.runs.get(record.run);
      if (run === undefined) continue;
      this.#put(reopened(record, now), true);
      this.#setRun({ ...run, finished: run.finished - 1 }, now);
    }
  }

  putOffList(name: string, now: number): void {
    this.#listsAt.set(name, now + AGAIN_MS);
  }

  /** Cuts and sends what is due. Gives the messages, and what has to be read for more. */
  step(now: number): { readonly messages: readonly ChunkMessage[]; readonly reads: readonly Read[] } {
    const messages: ChunkMessage[] = [];
    const reads: Read[] = [];
    for (let next = this.#next(now); next !== null; next = this.#next(now)) {
      const { key } = next;
      const record = this.hosts.get(key);
      if (record === undefined) continue;
      messages.push(...this.#stepHost(key, record, next.mayPass, now));
      const after = this.hosts.get(key);
      if (after !== undefined && this.#unopened.has(key)) reads.push({ kind: "part", record: after });
    }
    for (const run of this.runs.values()) {
      const open = this.#open.count(run.run);
      if (!run.listed && run.state === "running" && open < OPEN_HOSTS && (this.#listsAt.get(run.run) ?? 0) <= now)
        reads.push({ kind: "list", run });
    }
    return { messages, reads };
  }

  /** A worker has come for a chunk; `delivery`: how often the queue has delivered its message. */
  begin(name: ChunkName, delivery: number, now: number): Beginning {
    const found = this.#open.find(name);
    const run = this.runs.get(name.run);
    if (found === null || run === undefined) return { kind: "stale" };
    const { record, lease } = found;
    if (lease.attempt !== name.attempt || (lease.state === "begun" && delivery <= lease.delivery))
      return { kind: "stale" };
    const pace = this.#paceOf(record.entry);
    if (run.state === "paused" || record.notBefore > now) {
      this.#put(withPostponed(record, lease, Math.max(now, record.notBefore)), true);
      return { kind: "later" };
    }
    if (this.#open.working(record.host16, lease) >= pace.workers) return { kind: "hold" };
    const { timing } = this.#options;
    const { record: after, lease: begun } = withBegun(record, lease, delivery, timing, now);
    this.#put(after, true);
    const turn = this.#open.turn(record.host16, pace, now);
    return { kind: "go", work: workOf(run, record, begun, pace, turn, timing, now) };
  }

  /** The worker has waited for another one of the host long enough: its chunk comes again. */
  letGo(name: ChunkName, now: number): void {
    const found = this.#open.find(name);
    if (found === null || found.lease.attempt !== name.attempt || found.lease.state === "begun") return;
    this.#put(withPostponed(found.record, found.lease, now + AHEAD_MS), true);
  }

  /**
   * A report of any attempt: its rows are in the log. False: they are not leased like that (any more), or an earlier
   * attempt has done nothing, which must not take the rows from the worker that has them now.
   */
  report(name: ChunkName, report: Report, now: number): boolean {
    const found = this.#open.find(name);
    if (found === null) return false;
    const { key } = found;
    // A slow worker may have done all rows of a lease that was divided meanwhile.
    const { record, lease } = withJoined(found.record, found.lease, report.to);
    if (lease.to !== report.to || (report.upTo === report.from && lease.attempt !== name.attempt)) return false;
    const after = withReport(record, lease, report, this.#paceOf(record.entry), now);
    this.#put(after, true);
    if (report.trouble?.kind === "damaged") this.damaged(key, now);
    else if (isFinished(after)) this.#finish(key, after, now);
    return true;
  }

  #finish(key: string, record: HostRecord, now: number): void {
    this.#open.remove(key, record);
    this.#due.delete(key);
    this.#changes.finish(key, record);
    const run = this.runs.get(record.run);
    if (run === undefined) return;
    this.#setRun({ ...run, finished: run.finished + 1, tally: addTally(run.tally, record.tally) }, now);
  }

  /** The host to go on with: one that waits, where there is room, before one that is due. `mayPass`: nobody waits before it. */
  #next(now: number): { readonly key: string; readonly mayPass: boolean } | null {
    const [first] = this.#open.room > 0 ? this.#waiting : [];
    if (first !== undefined) this.#waiting.delete(first);
    const key = first ?? this.#due.take(now);
    return key === null ? null : { key, mayPass: first !== undefined || this.#waiting.size === 0 };
  }

  #stepHost(key: string, before: HostRecord, mayPass: boolean, now: number): readonly ChunkMessage[] {
    const { timing, shard } = this.#options;
    const pace = this.#paceOf(before.entry);
    let record = withExpired(before, now);
    if (this.runs.get(before.run)?.state !== "running") {
      this.#put(record, record !== before);
      return [];
    }
    while (cutAt(record, pace) <= now && record.partRows !== null) record = withChunk(record, timing, now);
    if (cutAt(record, pace) <= now) this.#unopened.add(key);
    this.#open.put(record);
    const { record: after, sent, waits } = withSent(record, timing, now, mayPass ? this.#open.room : 0);
    if (waits) this.#waiting.add(key);
    this.#put(after, after !== before);
    const { run, round, host16 } = after;
    const { origin = "", region = "" } = this.runs.get(run) ?? {};
    const where = { run, shard, origin, region, host16, round };
    return sent.map(({ part, from, to, attempt }) => ({ v: 1, ...where, part, from, to, attempt }));
  }

  #setRun(run: RunRecord, now: number): void {
    this.runs.set(run.run, withEnd(run, now));
    this.#changes.run(run.run);
  }

  #put(record: HostRecord, changed: boolean): void {
    const key = this.#open.put(record);
    if (changed) this.#changes.host(key);
    this.#schedule(key, record);
  }

  #schedule(key: string, record: HostRecord): void {
    const isRunning = this.runs.get(record.run)?.state === "running";
    // What the queue has lost must not take the room of other runs while its own is paused.
    if (!isRunning) this.#due.set(key, expiresAt(record));
    else if (this.#unopened.has(key)) this.#due.set(key, Number.POSITIVE_INFINITY);
    else this.#due.set(key, dueAt(record, this.#paceOf(record.entry), this.#waiting.has(key)));
  }

  #paceOf({ host, pictures }: HostEntry): JobPace {
    return this.#options.paceOf(host, pictures);
  }
}
