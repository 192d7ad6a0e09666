/**
 * The Durable Object that knows what recognition may still cost. A call is reserved here, on disk, before it is sent, so the
 * sum of all calls never exceeds the budget of their order. Its clock paces the calls of all workers. It has a row for each
 * picture that is under way, none for one that is done.
 */
import { DurableObject } from "cloudflare:workers";

/** What a worker may do for a picture now. */
export type Turn =
  /** Send the call after `waitMs`, then tell of it under its number. */
  | { readonly kind: "go"; readonly call: number; readonly waitMs: number }
  /** Nobody waits for it any more. */
  | { readonly kind: "closed" }
  /** Another worker's call is under way. */
  | { readonly kind: "busy"; readonly waitMs: number }
  | { readonly kind: "over-budget" }
  | { readonly kind: "too-many-calls" };

export type CallRule = {
  readonly priceMicros: number;
  readonly perSecond: number;
  /** A call that was not told of within so many milliseconds is lost. It may have been paid. */
  readonly leaseMs: number;
};

export type Spending = { readonly budgetMicros: number; readonly spentMicros: number; readonly open: number };

/** Calls of one picture, those included that were lost or throttled. */
const MOST_CALLS = 12;
/** Pause of all workers after a refusal; it doubles up to the second figure, and ends with the first answer. */
const PAUSE_MS = { first: 200, most: 30_000 } as const;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS budget (name TEXT PRIMARY KEY, budget INTEGER NOT NULL, spent INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS picture (id TEXT PRIMARY KEY, budget TEXT NOT NULL, calls INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS call (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, budget TEXT NOT NULL,
  price INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS call_id ON call (id)`;

export class RecognitionLedger extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  /** When the next call may leave, unix ms. A restart forgets it: the pace then begins anew. */
  #nextAt = 0;
  #pauseMs = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(SCHEMA);
  }

  /** Opens pictures under a budget in millionths of a dollar; what it has spent stays. A picture that is open stays as it is. */
  open(name: string, budgetMicros: number, ids: readonly string[]): void {
    this.#sql.exec(
      "INSERT INTO budget VALUES (?1, ?2, 0) ON CONFLICT (name) DO UPDATE SET budget = excluded.budget",
      name,
      budgetMicros,
    );
    this.#sql.exec(
      "INSERT INTO picture SELECT value, ?1, 0 FROM json_each(?2) WHERE true ON CONFLICT (id) DO NOTHING",
      name,
      JSON.stringify(ids),
    );
  }

  isOpen(id: string): boolean {
    return this.#pictureOf(id) !== undefined;
  }

  /** Reserves the price of one call. It stays reserved until the call is told of as free. */
  reserve(id: string, { priceMicros, perSecond, leaseMs }: CallRule): Turn {
    const picture = this.#pictureOf(id);
    if (picture === undefined) return { kind: "closed" };
    const now = Date.now();
    const [under] = this.#sql
      .exec<{ until: number }>("SELECT max(until) AS until FROM call WHERE id = ?1", id)
      .toArray();
    if ((under?.until ?? 0) > now) return { kind: "busy", waitMs: (under?.until ?? 0) - now };
    if (picture.calls >= MOST_CALLS) return { kind: "too-many-calls" };
    const { budget } = picture;
    const paid = this.#sql
      .exec(
        "UPDATE budget SET spent = spent + ?2 WHERE name = ?1 AND spent + ?2 <= budget RETURNING spent",
        ...[budget, priceMicros],
      )
      .toArray();
    if (paid.length === 0) return { kind: "over-budget" };
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / perSecond;
    const waitMs = Math.ceil(at - now);
    this.#sql.exec("UPDATE picture SET calls = calls + 1 WHERE id = ?1", id);
    const { number } = this.#sql
      .exec<{ number: number }>(
        "INSERT INTO call (id, budget, price, until) VALUES (?1, ?2, ?3, ?4) RETURNING number",
        ...[id, budget, priceMicros, now + waitMs + leaseMs],
      )
      .one();
    return { kind: "go", call: number, waitMs };
  }

  /** A call has come to its end. A free one gives its price back, once; after a refusal all workers pause. */
  settle(call: number, came: "paid" | "free" | "throttled"): void {
    if (came === "throttled") {
      this.#pauseMs = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.first, 2 * this.#pauseMs));
      this.#nextAt = Math.max(this.#nextAt, Date.now() + this.#pauseMs);
    } else this.#pauseMs = 0;
    const [row] = this.#sql
      .exec<{ budget: string; price: number }>("DELETE FROM call WHERE number = ?1 RETURNING budget, price", call)
      .toArray();
    if (row === undefined || came === "paid") return;
    this.#sql.exec("UPDATE budget SET spent = spent - ?2 WHERE name = ?1", row.budget, row.price);
  }

  /** The result is stored: nobody asks for this picture again. What its lost calls may have cost stays spent. */
  close(id: string): void {
    this.#sql.exec("DELETE FROM call WHERE id = ?1", id);
    this.#sql.exec("DELETE FROM picture WHERE id = ?1", id);
  }

  /** Null: there is no such budget. */
  spending(name: string): Spending | null {
    const [row] = this.#sql
      .exec<{ budget: number; spent: number }>("SELECT budget, spent FROM budget WHERE name = ?1", name)
      .toArray();
    if (row === undefined) return null;
    const open = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM picture WHERE budget = ?1", name).one().n;
    return { budgetMicros: row.budget, spentMicros: row.spent, open };
  }

  #pictureOf(id: string): { budget: string; calls: number } | undefined {
    return this.#sql
      .exec<{ budget: string; calls: number }>("SELECT budget, calls FROM picture WHERE id = ?1", id)
      .toArray()[0];
  }
}
