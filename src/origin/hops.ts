/** The turns of one exchange: with the host that was asked for, and with the one that a redirect has led to. */
import { Failure } from "../errors.ts";
import type { SeenAnswer } from "./governor/port.ts";
import type { HostPermit } from "./hostGuard.ts";
import type { ExchangeOutcome, Gauge, HostTurn } from "./hostTurn.ts";

export class Hops implements Gauge {
  readonly #host: string;
  readonly #first: HostPermit;
  #away: HostPermit | null = null;
  /** A redirect has led to another host: what fails from then on is not the first one's doing. */
  #left = false;
  #at: string;

  constructor(host: string, first: HostPermit) {
    this.#host = host;
    this.#first = first;
    this.#at = host;
  }

  get #permit(): HostPermit {
    return this.#away ?? this.#first;
  }

  get #turn(): HostTurn {
    return this.#permit.turn;
  }

  get contended(): boolean {
    return this.#first.turn.contended || this.#turn.contended;
  }

  get firstByteMs(): number {
    return this.#permit.firstByteMs;
  }

  noteFirstByte(ms: number): void {
    this.#permit.noteFirstByte(ms);
  }

  /**
   * Whether the present turn counts for `host` too: it is the same host, or one with the same governor (null = it has
   * none).
   */
  counts(host: string, governor: string | null): boolean {
    return this.#at === host || (governor !== null && governor === this.#turn.governor);
  }

  /** Another request within the present turn. */
  restart(answer: SeenAnswer): Promise<void> {
    return this.#turn.restart(answer);
  }

  /** Goes on to `host`. The first host has a turn already and needs no other. */
  async leave(host: string, acquire: () => Promise<HostPermit>): Promise<void> {
    this.#left = true;
    this.#away?.release("answered");
    this.#away = null;
    this.#at = host;
    if (host === this.#host) await this.#first.turn.restart({ kind: "ok" });
    else this.#away = await acquire();
  }

  get mayRead(): number {
    return this.#turn.mayRead;
  }

  expect(bytes: number): void {
    this.#turn.expect(bytes);
  }

  received(bytes: number): void {
    this.#turn.received(bytes);
  }

  waitToRead(bytes: number): Promise<void> {
    return this.#turn.waitToRead(bytes);
  }

  /** Keeps the turns. False: one of them is over. */
  renew(): boolean {
    const isFirstKept = this.#first.turn.renew();
    return (this.#away?.turn.renew() ?? true) && isFirstKept;
  }

  release(outcome: ExchangeOutcome): void {
    this.#away?.release(outcome);
    this.#first.release(this.#left && outcome instanceof Failure ? "answered" : outcome);
  }
}
