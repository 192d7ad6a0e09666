/** Isolates that talk to a governor, on fake timers: the real state machine of the governor, at a distance. */
import { Priority, type PriorityLevel } from "../../../../../src/concurrency/priority.ts";
import { GovernedHosts, type TurnContext } from "../../../../../src/origin/governor/client/governedHosts.ts";
import type { Turn } from "../../../../../src/origin/governor/client/turn.ts";
import { Governor } from "../../../../../src/origin/governor/governor.ts";
import type {
  GovernorAnswer,
  GovernorCall,
  GovernorPort,
  Politeness,
} from "../../../../../src/origin/governor/port.ts";
import { mostWithin } from "../../../../support/sources/counting.ts";

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export type LocalGovernor = GovernorPort & {
  readonly calls: GovernorCall[];
  /** `down`: every call fails. `silent`: no call is answered. */
  state: "up" | "down" | "silent";
  /** The object starts again: every call that it holds fails. */
  breakCalls(): void;
};

/** `tripMs`: how long a call takes there, and its answer back. */
export function localGovernor(tripMs = 0): LocalGovernor {
  const governor = new Governor<(answer: GovernorAnswer) => void>(null, Date.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const step = () => {
    const { answers, againInMs } = governor.step(Date.now());
    for (const { key, answer } of answers) key(answer);
    clearTimeout(timer);
    if (againInMs !== null) timer = setTimeout(step, againInMs);
  };
  const held = new Set<() => void>();
  const local: LocalGovernor = {
    calls: [],
    state: "up",
    breakCalls() {
      for (const fail of held) fail();
    },
    async ask(call) {
      local.calls.push(call);
      await sleep(tripMs);
      if (local.state === "down") throw new Error("down");
      if (local.state === "silent") await new Promise(() => undefined);
      let fail = () => {};
      const answer = await new Promise<GovernorAnswer>((resolve, reject) => {
        fail = () => reject(new Error("restarted"));
        held.add(fail);
        governor.take(resolve, call, Date.now());
        step();
      }).finally(() => held.delete(fail));
      await sleep(tripMs);
      return answer;
    },
  };
  return local;
}

export const rule = (limits: Partial<Politeness>): Politeness => ({
  ...{ concurrency: null, perSecond: null, bytesPerSecond: null, perDay: null },
  ...limits,
});

type Served = { readonly at: number; readonly amount: number };

/** What the source sees. */
export class Source {
  readonly starts: Served[] = [];
  readonly bytes: Served[] = [];
  most = 0;
  #open = 0;

  begin(): void {
    this.starts.push({ at: Date.now(), amount: 1 });
    this.most = Math.max(this.most, ++this.#open);
  }

  send(amount: number): void {
    this.bytes.push({ at: Date.now(), amount });
  }

  end(): void {
    this.#open--;
  }

  startsIn(windowMs: number): number {
    return mostWithin(this.starts, windowMs);
  }

  bytesIn(windowMs: number): number {
    return mostWithin(this.bytes, windowMs);
  }
}

export type Shape = {
  readonly kind?: PriorityLevel;
  readonly bytes?: number;
  readonly firstByteMs?: number;
  /** How fast the source sends. */
  readonly bytesPerMs?: number;
  readonly waitMs?: number;
};

const CHUNK = 65_536;
const HOST = "polite.test";

export class Isolate {
  readonly hosts = new GovernedHosts();
  readonly governor: { readonly name: string; readonly rule: Politeness | null; readonly open: () => GovernorPort };
  readonly #source: Source;
  /** A killed isolate runs nothing any more; its connections are closed. */
  killed = false;
  done = 0;

  constructor(port: GovernorPort, limits: Politeness | null, source: Source) {
    this.governor = { name: HOST, rule: limits, open: () => ({ ask: (call) => this.#alive(port.ask(call)) }) };
    this.#source = source;
  }

  /** Of one request with this priority. */
  context(priority: Priority): TurnContext {
    const later = (work: Promise<unknown>) => void work.catch(() => undefined);
    return {
      ...{ priority, patienceMs: 1e9, region: "enam", now: () => Date.now(), later },
      ...{ onCall: () => undefined, onWaited: () => undefined },
    };
  }

  turn(priority = new Priority("user"), bytes: number | null = null): Turn {
    const turn = this.hosts.turn(HOST, this.governor, this.context(priority), bytes);
    if (turn === null) throw new Error("the host has no governor");
    return turn;
  }

  /** One exchange, as fetch.ts does it. Rejects as `take` does. `asked`: a turn that was asked ahead. */
  async exchange(
    { kind = "user", bytes = 0, firstByteMs = 50, bytesPerMs = 4_000, waitMs = 10_000 }: Shape = {},
    asked: Turn | null = null,
  ) {
    const turn = asked ?? this.turn(new Priority(kind));
    await this.#alive(turn.take(waitMs));
    this.#source.begin();
    const ticks = setInterval(() => void (this.killed || turn.renew()), 250);
    try {
      await this.#alive(sleep(firstByteMs));
      turn.expect(bytes);
      for (let size = 0; size < bytes; ) {
        if (size >= turn.mayRead) await this.#alive(turn.waitToRead(bytes));
        const chunk = Math.min(CHUNK, bytes - size, turn.mayRead - size);
        await this.#alive(sleep(Math.ceil(chunk / bytesPerMs)));
        this.#source.send(chunk);
        turn.received(chunk);
        size += chunk;
      }
      this.done++;
    } finally {
      clearInterval(ticks);
      this.#source.end();
      if (!this.killed) turn.release({ kind: "ok" });
    }
  }

  kill(): void {
    this.killed = true;
  }

  /** What an isolate does that was killed meanwhile: nothing. */
  async #alive<T>(work: Promise<T>): Promise<T> {
    const value = await work;
    if (this.killed) throw new Error("killed");
    return value;
  }
}
