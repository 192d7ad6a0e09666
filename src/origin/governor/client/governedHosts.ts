/**
 * Which hosts have a governor, as one isolate knows it: those with a rule, and those that have refused once. Other hosts
 * cost no call. One per isolate.
 */
import { BoundedMap } from "../../../concurrency/boundedMap.ts";
import type { Priority } from "../../../concurrency/priority.ts";
import type { GovernorPort, Politeness } from "../port.ts";
import { Conversation } from "./conversation.ts";
import { Turn } from "./turn.ts";
import type { Asker } from "./wish.ts";

/** The governor of a host, and the rule that the isolate tells it. */
export type Governor = {
  /** Hosts with the same governor count together. */
  readonly name: string;
  /** null = the host has no rule: what its governor has learnt counts. */
  readonly rule: Politeness | null;
  readonly open: () => GovernorPort;
};

export const LEARNING = {
  /** A host that has refused is asked for at its governor for so long, until the governor says for how long. */
  firstMs: 60_000,
  /** Hosts remembered, */
  hosts: 500,
  /** and how many new ones an isolate reports in a minute: whoever owns many names can have each refuse once. */
  perMinute: 10,
} as const;
const MINUTE_MS = 60_000;
/** Governors talked to. When there are more, those with nothing under way are forgotten. */
const MAX_TALKS = 200;

/** One request, as far as its turns need it. */
export type TurnContext = Omit<Asker, "port" | "rule" | "onGoverned"> & {
  readonly priority: Priority;
  /** It waits no longer than that for a turn, in milliseconds, whatever `take` allows. */
  readonly patienceMs: number;
};
/** The same without what only turns need. */
type TalkContext = Omit<TurnContext, "priority" | "patienceMs">;

export class GovernedHosts {
  readonly #talks = new Map<string, Conversation>();
  /** Hosts without a rule that have refused -> unix ms until which their governor is asked. */
  readonly #learnt = new BoundedMap<string, number>(LEARNING.hosts);
  #isolate: string | undefined;
  #minute = { since: Number.NEGATIVE_INFINITY, hosts: 0 };

  /** Whether the host's governor is asked. `governor`: as the tables have it. */
  isGoverned(host: string, { rule }: Governor, now: number): boolean {
    return rule === null ? this.learntUntil(host) > now : Object.values(rule).some((limit) => limit !== null);
  }

  /** A turn with the host. Null: it has no governor, and nobody is asked. `bytes`: the size of the body if it is known. */
  turn(host: string, governor: Governor, context: TurnContext, bytes: number | null = null): Turn | null {
    if (!this.isGoverned(host, governor, context.now())) return null;
    const { name } = governor;
    const { priority, patienceMs } = context;
    const asker = this.#asker(host, governor, context);
    return new Turn(name, this.#talk(name), asker, { priority, patienceMs, bytes });
  }

  /**
   * Tells the governor of a host without limits that it has refused an exchange, and asks it from now on. `retryAfter` in
   * seconds, null = none was named. Gives until when (unix ms), once the governor has said; 0: too many hosts do it.
   * Never rejects.
   */
  async learn(host: string, governor: Governor, retryAfter: number | null, context: TalkContext): Promise<number> {
    const now = context.now();
    const isOver = now - this.#minute.since >= MINUTE_MS || now < this.#minute.since;
    if (isOver) this.#minute = { since: now, hosts: 0 };
    if (this.#minute.hosts >= LEARNING.perMinute) return 0;
    this.#minute.hosts++;
    this.absorb(host, now + LEARNING.firstMs, now);
    await this.#talk(governor.name).tellRefusal(retryAfter, this.#asker(host, governor, context));
    return this.learntUntil(host);
  }

  /** Until when (unix ms) a host without a rule has a governor; 0 = it has none. */
  learntUntil(host: string): number {
    return this.#learnt.get(host) ?? 0;
  }

  /** Another isolate has learnt that the host has a governor, until then (unix ms). */
  absorb(host: string, until: number, now: number): void {
    if (until > now && until > this.learntUntil(host)) this.#learnt.set(host, until);
  }

  #asker(host: string, { rule, open }: Governor, context: TalkContext): Asker {
    const onGoverned = (ms: number) => {
      if (rule !== null) return;
      if (ms > 0) this.#learnt.set(host, context.now() + ms);
      else this.#learnt.delete(host);
    };
    return { ...context, rule, port: open(), onGoverned };
  }

  #talk(name: string): Conversation {
    const known = this.#talks.get(name);
    if (known !== undefined) return known;
    // Not before a request: a Worker has no random numbers while it starts.
    this.#isolate ??= crypto.randomUUID();
    const talk = new Conversation(this.#isolate);
    this.#talks.set(name, talk);
    for (const [other, { idle }] of this.#talks) {
      if (this.#talks.size <= MAX_TALKS) break;
      if (idle && other !== name) this.#talks.delete(other);
    }
    return talk;
  }
}
