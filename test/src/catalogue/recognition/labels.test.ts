import { expect, test } from "vitest";
import {
  keptLabels,
  type Labels,
  labelsKey,
  labelsText,
  readLabels,
  tagsOf,
  tagsOfManifest,
} from "../../../../src/catalogue/recognition/labels.ts";
import { BadRecord } from "../../../../src/catalogue/record.ts";

const found = (name: string, confidence: number, parents: readonly string[] = [], aliases: readonly string[] = []) => ({
  ...{ name, confidence, parents, aliases, boxes: [] },
});

test("labels are kept from 0.5 on and shown from 0.9 on", () => {
  const kept = keptLabels([
    ...[found("Cat", 0.9), found("Dog", 0.8999), found("Cow", 0.5), found("Pig", 0.4999), found("Hen", 1.01)],
    found("Ox", Number.NaN),
  ]);
  expect(kept.map(({ name, display }) => [name, display])).toEqual([
    ["Cat", true],
    ["Dog", false],
    ["Cow", false],
  ]);
});

test("what has an excluded parent or alias is excluded too", () => {
  const labels = [
    found("Beard", 0.99, ["Face", "Man"]),
    found("Human", 0.99, [], ["Adult"]),
    found("Face", 0.99, ["Head"]),
  ];
  expect(keptLabels(labels).map(({ name }) => name)).toEqual(["Face"]);
});

test("a manifest's labels pass the same table and threshold", () => {
  const label = (name: string, accuracy: number) => ({ name, accuracy, provider: "yfcc100m" });
  expect(
    tagsOfManifest([label("boat", 0.5), label("boat house", 0.49), label("women", 0.9), { name: "x", accuracy: 1 }]),
  ).toEqual([label("boat", 0.5)]);
});

const LABELS: Labels = {
  ...{ v: 1, id: "a/ü", source: `${"0".repeat(16)}/${"1".repeat(32)}`, status: "done", reason: null, at: 5 },
  ...{ provider: "rekognition", model: "m", modelVersion: "3.0", labels: keptLabels([found("Cat", 0.93)]) },
};

test("a record is read as it was written; its tags have name, accuracy and provider", async () => {
  expect(readLabels(labelsText(LABELS))).toEqual(LABELS);
  expect(tagsOf(LABELS)).toEqual([{ name: "Cat", accuracy: 0.93, provider: "rekognition" }]);
  expect(tagsOf({ ...LABELS, status: "refused" })).toEqual([]);
  expect(() => readLabels(labelsText({ ...LABELS, source: "x" }))).toThrow(BadRecord);
  expect(await labelsKey("a/ü")).toMatch(/^catalogue\/labels\/[0-9a-f]{32}\.json$/);
});
