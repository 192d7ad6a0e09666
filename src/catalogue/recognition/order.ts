/** A message of the queue `RECOGNISE`, and of the queue of those that no consumer could finish. Pure. */
import { BadRecord, type Fields, listOf, objectOf, oneOf, recordFrom, text } from "../record.ts";

/** A picture to recognise: its identifier and address as the catalogue lists them. */
export type Picture = { readonly id: string; readonly url: string };

export type RecogniseOrder = {
  readonly v: 1;
  /** Our own origin and region, as the request that sent the order had them. */
  readonly origin: string;
  readonly region: string;
  readonly pictures: readonly Picture[];
};

/** Most pictures of a message: a worker takes one after the other, about half a second each. */
export const MESSAGE_PICTURES = 10;

export const PICTURE = { id: text(1, 128), url: text(1, 3_000) } as const satisfies Fields<Picture>;

const FIELDS = {
  v: oneOf([1]),
  origin: text(1, 300),
  region: text(0, 40),
  pictures: listOf(objectOf<Picture>(PICTURE)),
} as const satisfies Fields<RecogniseOrder>;

/** Null: this Worker cannot read it. */
export function parseRecogniseOrder(body: unknown): RecogniseOrder | null {
  try {
    return recordFrom<RecogniseOrder>(body, FIELDS);
  } catch (error) {
    if (error instanceof BadRecord) return null;
    throw error;
  }
}

/** Orders of at most `MESSAGE_PICTURES` pictures each. */
export function messagesOf(
  pictures: readonly Picture[],
  from: Pick<RecogniseOrder, "origin" | "region">,
): readonly RecogniseOrder[] {
  return Array.from({ length: Math.ceil(pictures.length / MESSAGE_PICTURES) }, (_, i) => ({
    ...{ v: 1, ...from, pictures: pictures.slice(i * MESSAGE_PICTURES, (i + 1) * MESSAGE_PICTURES) },
  }));
}
