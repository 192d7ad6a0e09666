/**
 * The Durable Object that governs a group of hosts: the clock, the disk and the timers around `Governor`. What was granted
 * is in SQLite before the answer leaves (the platform holds answers back until then), so a restarted object knows every
 * slot, start and byte that it gave out.
 */
import { DurableObject } from "cloudflare:workers";
import { withTimeout } from "../../concurrency/timeout.ts";
import { Governor } from "./governor.ts";
import { type Governed, PLACES } from "./politeness.ts";
import type { GovernorAnswer, GovernorCall, GovernorPort } from "./port.ts";
import { type HostRecord, newRecord } from "./record.ts";
import { isShared, type ShareAnswer, type ShareCall } from "./shares.ts";
import { asRegion, close, hold, isShareDue, lendTo, shareCall } from "./sharing.ts";

/** What is in no window any more is deleted after this time without a grant. The longest window is a day. */
const FORGET_MS = 26 * 3_600_000;
/** The alarm that forgets is put off this often. */
const PUT_OFF_MS = 3_600_000;
/** A lender that is silent for so long counts as unreachable. */
const LENDER_MS = 2_000;
/** Without a share, a region asks for one this often while wishes wait. */
const AGAIN_MS = 1_000;

/** Which object is asked. `region` null: the one object of the group, which may also lend. */
type Where = { readonly group: string; readonly region: string | null; readonly regions: number };
type Deliver = (answer: GovernorAnswer) => void;

export class HostGovernor extends DurableObject<Env> {
  #governor: Governor<Deliver>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #borrowing: Promise<void> | undefined;
  /** In the governor's own time. */
  #askedAt = 0;
  #putOffAt = 0;
  #where: Where | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#governor = this.#load();
  }

  /** An isolate's call; port.ts says what it means. */
  async ask(call: GovernorCall, where: Where): Promise<GovernorAnswer> {
    const { limits } = this.#governor;
    if (where.region !== null) {
      this.#where = where;
      asRegion(limits);
      const now = this.#governor.tick(Date.now());
      limits.hear(call.rule, now);
      if ((limits.record.share?.until ?? 0) <= now) await this.#borrow(where);
    }
    return new Promise((resolve) => {
      const { closedUntil } = limits.record.refusals;
      this.#governor.take(resolve, call, Date.now());
      // The other regions must hear at once that the host has refused.
      if (limits.record.refusals.closedUntil > closedUntil && where.region !== null) void this.#borrow(where);
      this.#step();
    });
  }

  /** The object of a region asks for a share. */
  async lend(call: ShareCall, group: string): Promise<ShareAnswer> {
    const { limits } = this.#governor;
    const now = this.#governor.tick(Date.now());
    const { closedUntil } = limits.record.refusals;
    const answer = lendTo(limits, call, now);
    this.#save();
    if (limits.record.refusals.closedUntil > closedUntil) {
      const others = Object.keys(limits.record.lent).filter((region) => region !== call.region);
      const told = others.map((region) => this.#object(`${group}/${region}`).close(answer.closedMs));
      this.ctx.waitUntil(Promise.allSettled(told));
    }
    return answer;
  }

  /** The lender says that the host has told another region to wait for `ms`. */
  async close(ms: number): Promise<void> {
    close(this.#governor.limits, ms, this.#governor.tick(Date.now()));
    this.#save();
    this.#step();
  }

  /** Nothing was granted for FORGET_MS. */
  override async alarm(): Promise<void> {
    if (this.#governor.waiting > 0) return this.ctx.storage.setAlarm(Date.now() + FORGET_MS);
    await this.ctx.storage.deleteAll();
    this.#governor = this.#load();
  }

  #step(): void {
    const { answers, againInMs, changed } = this.#governor.step(Date.now());
    if (changed) this.#save();
    for (const { key, answer } of answers) key(answer);
    clearTimeout(this.#timer);
    const where = this.#where;
    const waits = this.#governor.waiting > 0;
    const ms = waits && where !== undefined ? Math.min(againInMs ?? AGAIN_MS, AGAIN_MS) : againInMs;
    this.#timer = ms === null ? null : setTimeout(() => this.#step(), ms);
    const now = this.#governor.tick(Date.now());
    if (where !== undefined && isShareDue(this.#governor.limits, this.#askedAt, waits, now)) void this.#borrow(where);
  }

  /** Asks for a share, once at a time. Never rejects: without a share the wishes go on waiting. */
  #borrow(where: Where): Promise<void> {
    this.#borrowing ??= this.#askLender(where).finally(() => {
      this.#borrowing = undefined;
    });
    return this.#borrowing;
  }

  async #askLender({ group, region, regions }: Where): Promise<void> {
    const governor = this.#governor;
    const sentAt = governor.tick(Date.now());
    const call = region === null ? null : shareCall(governor.limits, { region, regions }, governor.waiting, sentAt);
    if (call === null) return;
    this.#askedAt = sentAt;
    try {
      const answer = await withTimeout(this.#object(group).lend(call, group), LENDER_MS);
      hold(governor.limits, answer, sentAt, governor.tick(Date.now()));
      this.#save();
      this.#step();
    } catch (error) {
      console.error(JSON.stringify({ msg: "no share of a host's limits", error: String(error) }));
    }
  }

  #object(name: string): DurableObjectStub<HostGovernor> {
    return this.env.GOVERNOR.get(this.env.GOVERNOR.idFromName(name));
  }

  #load(): Governor<Deliver> {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS host (id INTEGER PRIMARY KEY, record TEXT NOT NULL)");
    const [row] = sql.exec<{ record: string }>("SELECT record FROM host WHERE id = 0").toArray();
    const now = Date.now();
    // A record of an older Worker may lack a field.
    const record = row && { ...newRecord(now), ...(JSON.parse(row.record) as Partial<HostRecord>) };
    return new Governor(record ?? null, now);
  }

  /** One row written. */
  #save(): void {
    const text = JSON.stringify(this.#governor.record);
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO host (id, record) VALUES (0, ?)", text);
    const now = Date.now();
    if (Math.abs(now - this.#putOffAt) < PUT_OFF_MS) return;
    this.#putOffAt = now;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(now + FORGET_MS));
  }
}

/**
 * The governor of a group of hosts, for an isolate that fetches in `region` of a deployment with `regions` regions: the
 * region's own object where the limits are large enough to be shared, else the one object near the host. Nothing throws
 * here: its calls reject instead.
 */
export function governorOf(
  namespace: DurableObjectNamespace<HostGovernor>,
  { group, rule, place }: Governed,
  region: string,
  regions: number,
): GovernorPort {
  const own = rule !== null && isShared(rule, regions) ? region : null;
  const locationHint = own === null ? place : PLACES.find((hint) => hint === own);
  let opened: DurableObjectStub<HostGovernor> | undefined;
  return {
    async ask(call) {
      const id = namespace.idFromName(own === null ? group : `${group}/${own}`);
      opened ??= namespace.get(id, locationHint === undefined ? {} : { locationHint });
      try {
        return await opened.ask(call, { group, region: own, regions });
      } catch (error) {
        // A stub that has failed stays broken.
        opened = undefined;
        throw error;
      }
    },
  };
}
