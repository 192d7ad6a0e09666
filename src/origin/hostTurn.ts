/** A turn with a host: a slot of this isolate, or a grant of the host's governor. What an exchange sees of either. */
import { Failure } from "../errors.ts";
import type { SeenAnswer } from "./governor/port.ts";
import type { Slot } from "./hostSlots.ts";

/** How many body bytes may be read. */
export type Gauge = {
  /** So many in all may be read now. Infinity = no limit. */
  readonly mayRead: number;
  /** The body will have so many bytes. */
  expect(bytes: number): void;
  /** So many more have come. */
  received(bytes: number): void;
  /** Waits until so many in all may be read. Throws Failure when that is not to be. */
  waitToRead(bytes: number): Promise<void>;
};

export type HostTurn = Gauge & {
  /** The name of the governor that counts it; null = nobody outside this isolate does. */
  readonly governor: string | null;
  /** Others wait for this host. */
  readonly contended: boolean;
  /** Keeps the turn. False: it is over, and the exchange must end. */
  renew(): boolean;
  /** Before another request of the same exchange: to the governor it is another start. Throws Failure as waiting does. */
  restart(answer: SeenAnswer): Promise<void>;
  /** Ends it. May be called twice. */
  release(answer: SeenAnswer): void;
};

export const NO_GAUGE: Gauge = {
  mayRead: Number.POSITIVE_INFINITY,
  expect: () => undefined,
  received: () => undefined,
  waitToRead: async () => undefined,
};

/** The turn that a slot of this isolate is. */
export function turnOfSlot(slot: Slot): HostTurn {
  return {
    ...NO_GAUGE,
    governor: null,
    get contended() {
      return slot.contended;
    },
    renew: () => {
      slot.renew();
      return true;
    },
    restart: async () => undefined,
    release: () => slot.release(),
  };
}

/** `ok`: it gave what was asked for. `answered`: it is well, whatever became of this. `abandoned`: nothing was learnt. */
export type ExchangeOutcome = "ok" | "answered" | "abandoned" | Failure;

/** What the governor hears of the end of an exchange. */
export function seenAnswer(outcome: ExchangeOutcome): SeenAnswer {
  if (!(outcome instanceof Failure)) return { kind: outcome === "abandoned" ? "failed" : "ok" };
  const refusal = refusalIn(outcome);
  return refusal === null ? { kind: "failed" } : { kind: "refused", ...refusal };
}

/** What the host says of its limits: 429, or 503 with Retry-After (in seconds). Null: nothing. */
export function refusalIn({ facts }: Pick<Failure, "facts">): { readonly retryAfter: number | null } | null {
  const retryAfter = typeof facts.retryAfter === "number" ? facts.retryAfter : null;
  return facts.value === 429 || (facts.value === 503 && retryAfter !== null) ? { retryAfter } : null;
}
