/** The turns of one exchange: with the host that was asked for, and with the one that a redirect has led to. */
import { Failure } from "../errors.ts";
import type { ExchangeOutcome, HostPermit } from "./hostGuard.ts";

export class Hops {
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

  get contended(): boolean {
    return this.#first.contended || (this.#away?.contended ?? false);
  }

  get firstByteMs(): number {
    return (this.#away ?? this.#first).firstByteMs;
  }

  noteFirstByte(ms: number): void {
    (this.#away ?? this.#first).noteFirstByte(ms);
  }

  staysAt(host: string): boolean {
    return this.#at === host;
  }

  /** Goes on to `host`. The first host has a turn already and needs no other. */
  async leave(host: string, acquire: () => Promise<HostPermit>): Promise<void> {
    this.#left = true;
    this.#away?.release("abandoned");
    this.#away = null;
    this.#at = host;
    if (host !== this.#host) this.#away = await acquire();
  }

  renew(): void {
    this.#first.renew();
    this.#away?.renew();
  }

  release(outcome: ExchangeOutcome): void {
    this.#away?.release(outcome);
    this.#first.release(this.#left && outcome instanceof Failure ? "answered" : outcome);
  }
}
