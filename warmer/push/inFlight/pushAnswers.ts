import type { EdgeCounter } from "../../observe/counts.ts";
import { ExampleLog } from "../../observe/examples.ts";
import type { PushBatch } from "../../queue/pushBatch.ts";
import type { PushContext } from "../../queue/regionQueue.ts";
import type { PushResponse } from "../httpCodec.ts";
import { type HintOutcome, type OutcomeSink, PushAnswer } from "./pushAnswer.ts";

/** How many hints got their outcome. */
export type Settled = {
  readonly all: number;
  /** Made now, or present before. */
  readonly made: number;
  readonly expired: number;
};

/** The usual answer of an edge without outcomes. It needs no parsing. */
const NOTHING_REFUSED = /^\{"accepted":\d+,"refused":\[\](?:,"regions":(\d{1,15}))?\}\s*$/;

/** The counter of each outcome. */
const COUNTER = {
  made: "made",
  present: "present",
  expired: "expired",
  refused: "refused",
  failed: "failedAtEdge",
  unknown: "unknown",
} as const satisfies Record<HintOutcome, EdgeCounter>;

/**
 * The answers that have begun, of one region. It counts each hint in exactly one outcome, and logs examples of what the
 * edge does not make. A path that expired may be pushed again at once, because the edge has not made it.
 */
export class PushAnswers {
  readonly #context: PushContext;
  readonly #examples: ExampleLog;
  readonly #onMapVersion: (version: number) => void;
  readonly #begun = new Map<PushBatch, PushAnswer>();

  constructor(region: string, context: PushContext, onMapVersion: (version: number) => void = () => {}) {
    this.#onMapVersion = onMapVersion;
    this.#context = context;
    this.#examples = new ExampleLog(region, context.log, () => context.clock.steady());
  }

  /** The first line of the answer has come. */
  isAcknowledged(batch: PushBatch): boolean {
    return this.#begun.get(batch)?.acknowledged ?? false;
  }

  /** Hints without an outcome. */
  unsettled(batch: PushBatch): number {
    return this.#begun.get(batch)?.unsettled ?? batch.size;
  }

  /** More of an answer has arrived. */
  take(batch: PushBatch, piece: string): Settled {
    const answer = this.#of(batch);
    return this.#count(batch, answer, (sink) => answer.take(piece, sink));
  }

  /** The whole answer has arrived: all hints of the push have ended. */
  finish(batch: PushBatch, { status, body }: PushResponse): Settled {
    const { counts } = this.#context;
    const plain = status !== 200 && !this.#begun.has(batch) ? NOTHING_REFUSED.exec(body) : null;
    if (plain !== null) {
      if (plain[1] !== undefined) this.#onMapVersion(Number(plain[1]));
      counts.pushed += batch.size;
      counts.unknown += batch.size;
      return { all: batch.size, made: 0, expired: 0 };
    }
    const answer = this.#of(batch);
    const settled = this.#count(batch, answer, (sink) => answer.finish(body, sink));
    this.forget(batch);
    return settled;
  }

  /** The rest of an answer will not arrive: its hints end as unknown. */
  giveUp(batch: PushBatch): Settled {
    const answer = this.#of(batch);
    const settled = this.#count(batch, answer, (sink) => answer.giveUp(sink));
    this.forget(batch);
    return settled;
  }

  forget(batch: PushBatch): void {
    this.#begun.delete(batch);
  }

  #of(batch: PushBatch): PushAnswer {
    let answer = this.#begun.get(batch);
    if (answer === undefined) {
      answer = new PushAnswer(batch.paths, this.#onMapVersion);
      this.#begun.set(batch, answer);
    }
    return answer;
  }

  #count(batch: PushBatch, answer: PushAnswer, read: (sink: OutcomeSink) => void): Settled {
    const { counts, keys } = this.#context;
    const settled = { all: 0, made: 0, expired: 0 };
    const wasAccepted = answer.isAccepted;
    read((index, outcome, reason) => {
      settled.all++;
      if (outcome === "made" || outcome === "present") settled.made++;
      if (outcome === "expired") {
        settled.expired++;
        keys.remove(batch.keyLow[index] as number, batch.keyHigh[index] as number);
      }
      counts.settle(COUNTER[outcome], reason);
      if (reason !== "") this.#examples.add(outcome, reason, batch.paths[index] ?? "");
    });
    if (!wasAccepted && answer.isAccepted) counts.pushed += batch.size - answer.refusedAtOnce;
    return settled;
  }
}
