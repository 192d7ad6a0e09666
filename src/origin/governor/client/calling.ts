/** A call of a governor under way: whose wishes it carries, and which of them nobody has any more. */
import type { GovernorCall, Wish as WireWish } from "../port.ts";
import type { Wish } from "./wish.ts";

export class Calling {
  readonly call: GovernorCall;
  /** From then on the request that sent it has not lived to hear the answer. */
  readonly lostAt: number;
  readonly #wishes: Wish[];
  /** Wishes that were dropped, and for which no grant has come. */
  #left: readonly WireWish[] = [];

  constructor(call: GovernorCall, wishes: readonly Wish[], lostAt: number) {
    this.call = call;
    this.lostAt = lostAt;
    this.#wishes = [...wishes];
  }

  /** Nobody wants it any more. */
  dropped({ ticket }: Wish): void {
    this.#left = [...this.#left, ...this.call.wants.filter((told) => told.ticket === ticket)];
  }

  /** The new wish takes the place of a dropped one of its kind, if there is one: the governor need not hear of it. */
  replaceBy(wish: Wish): void {
    const left = this.#left.find(({ kind }) => kind === wish.priority.priority);
    if (left === undefined) return;
    wish.inherit(left.ticket);
    this.#wishes.push(wish);
    this.granted(left.ticket);
  }

  /** The ticket's grant has come: the governor gives it no other one. */
  granted(ticket: string): void {
    this.#left = this.#left.filter((told) => told.ticket !== ticket);
  }

  /** No answer comes. What it carried is to be said again. */
  lose(): void {
    for (const wish of this.#wishes) wish.told = false;
  }
}
