/** The body of `POST /labels`, checked. Pure. */
import { PICTURE, type Picture } from "../../catalogue/recognition/order.ts";
import { type Field, type Fields, listOf, objectOf, text } from "../../catalogue/record.ts";
import { Failure } from "../../errors.ts";

export type LabelsOrder = {
  /** Whose budget is used; "" = the one of `LABELS_BUDGET`. */
  readonly order: string;
  /** Dollars that the order may cost in all, with what it has cost before; null = `LABELS_BUDGET`. */
  readonly budget: number | null;
  /** Identifiers that the databases know. */
  readonly ids: readonly string[];
  /** Pictures with their addresses. */
  readonly pictures: readonly Picture[];
};

export const LABELS_LIMITS = { pictures: 1_000, bytes: 1_048_576, budget: 1_000_000 } as const;

const IDS: Field<readonly string[]> = listOf(text(1, 128));
const PICTURES: Field<readonly Picture[]> = listOf(objectOf<Picture>(PICTURE satisfies Fields<Picture>));

/** Reads `{"ids" or "pictures", "order"? with "budget"}`. Throws Failure `body_invalid` that names the field. */
export function readLabelsOrder(body: Readonly<Record<string, unknown>>): LabelsOrder {
  const { ids = [], pictures = [], order = "", budget = null } = body;
  if (!IDS.is(ids)) return refuse("ids must be a list of texts of 1 to 128 characters");
  if (!PICTURES.is(pictures)) return refuse("pictures must be a list of {id, url}");
  const count = ids.length + pictures.length;
  if (count > LABELS_LIMITS.pictures) return refuse(`${count} pictures; the limit is ${LABELS_LIMITS.pictures}`);
  if (typeof order !== "string" || !/^([a-z0-9][a-z0-9-]{0,39})?$/.test(order)) {
    return refuse("order must be 1 to 40 of a-z, 0-9 and -");
  }
  const isBudget = typeof budget === "number" && budget >= 0 && budget <= LABELS_LIMITS.budget;
  if ((order !== "") !== isBudget) {
    return refuse(`an order has a budget of 0 to ${LABELS_LIMITS.budget} dollars, and without an order there is none`);
  }
  return { order, budget: isBudget ? budget : null, ids, pictures };
}

function refuse(why: string): never {
  throw new Failure("body_invalid", { why });
}
