/** One exchange that waits for a grant, and what it needs to talk to the governor. */
import type { Priority } from "../../../concurrency/priority.ts";
import type { GovernorPort, Politeness, Refusal, Wish as WireWish } from "../port.ts";
import type { HeldGrant } from "./grant.ts";
import { SCHEDULE } from "./schedule.ts";

/** What belongs to one request: a Worker may do I/O only in the name of the request that it works for. */
export type Asker = {
  readonly port: GovernorPort;
  /** The region in which this isolate fetches. */
  readonly region: string;
  /** The host's rule; null = it has none. */
  readonly rule: Politeness | null;
  readonly now: () => number;
  /** Takes work that goes on after the answer (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
  /** A call is sent in the name of this request. `writes`: the governor may have to write a row. */
  readonly onCall: (writes: boolean) => void;
  /** The request has waited for its turn for `ms`. */
  readonly onWaited: (ms: number) => void;
  /** The governor has said for how long the isolate goes on asking for this host, in milliseconds. 0 = it has no limits. */
  readonly onGoverned: (ms: number) => void;
};

/** A request shows in this time that it is alive. One that was ended in the middle runs nothing any more. */
const GONE_MS = 2_500;

export class Wish {
  #ticket: string = crypto.randomUUID();
  readonly priority: Priority;
  readonly #since: number;
  readonly #bytes: number | null;
  /** When its request last showed that it is alive. */
  seenAt: number;
  /** The governor has heard of it, or is about to. */
  told = false;
  grant: HeldGrant | null = null;
  refusal: Refusal | null = null;
  /** Its request does not wait for it yet, and may come to do without. */
  ahead = false;

  /** `bytes`: the size of the body if it is known. */
  constructor(priority: Priority, bytes: number | null, since: number) {
    this.priority = priority;
    this.#bytes = bytes;
    this.#since = since;
    this.seenAt = since;
  }

  get ticket(): string {
    return this.#ticket;
  }

  /** Until then it may wait for other wishes to ride with. Only a job's wish does. */
  get patientUntil(): number {
    return this.priority.priority === "job" ? this.#since + SCHEDULE.companyMs : Number.NEGATIVE_INFINITY;
  }

  /** Takes over the ticket of a wish that was dropped, of which the governor has heard. */
  inherit(ticket: string): void {
    this.#ticket = ticket;
    this.told = true;
  }

  isGone(now: number): boolean {
    return Math.abs(now - this.seenAt) >= GONE_MS;
  }

  asWire(now: number): WireWish {
    const { ticket, priority } = this;
    const size = this.#bytes === null ? {} : { bytes: this.#bytes };
    const ahead = this.ahead ? { ahead: true } : {};
    return { ticket, kind: priority.priority, waitedMs: Math.max(0, now - this.#since), ...size, ...ahead };
  }
}
