import { expect, test } from "vitest";
import { readLabelsOrder } from "../../../../src/handlers/labels/labelsOrder.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
const picture = { id: "a", url: "https://a.test/" };

test.each([
  ["ids alone", { ids: ids(1_000) }, { order: "", budget: null, pictures: [] }],
  [
    "an order with a budget",
    { pictures: [picture], order: "a-1", budget: 0.5 },
    { order: "a-1", budget: 0.5, ids: [] },
  ],
  ["nothing", {}, { ids: [], pictures: [] }],
])("%s", (_, body, expected) => expect(readLabelsOrder(body)).toMatchObject(expected));

test.each([
  ["1 001 pictures", { ids: ids(1_001) }],
  ["1 001 pictures of both kinds", { ids: ids(1_000), pictures: [picture] }],
  ["an identifier of 129 characters", { ids: ["a".repeat(129)] }],
  ["an empty identifier", { ids: [""] }],
  ["ids that are no list", { ids: "a" }],
  ["a picture without an address", { pictures: [{ id: "a" }] }],
  ["an order without a budget", { order: "a" }],
  ["a budget without an order", { budget: 1 }],
  ["a budget below 0", { order: "a", budget: -1 }],
  ["a budget that is no number", { order: "a", budget: "1" }],
  ["a budget over the limit", { order: "a", budget: 1_000_001 }],
  ["a name with a slash", { order: "a/b", budget: 1 }],
])("%s is refused", (_, body) => {
  expect(() => readLabelsOrder(body)).toThrow(expect.objectContaining({ reason: "body_invalid" }));
});
