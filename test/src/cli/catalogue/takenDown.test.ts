import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { eachTaggedIn, type TaggedRow } from "../../../../src/cli/catalogue/recognise/taggedRows.ts";
import { readTakenDown, withTakenDown } from "../../../../src/cli/catalogue/takenDown.ts";
import { LEDGER_KEY } from "../../../../src/live/takedown.ts";
import { sourceKeys } from "../../../../src/store/schema/key.ts";
import { outcome } from "../../../support/catalogue.ts";

const GONE = "https://a.test/gone.jpg";
const KEPT = "https://a.test/kept.jpg";

/** A bucket with these objects. */
function bucketOf(objects: Readonly<Record<string, string>>) {
  const send = async (command: unknown) => {
    if (command instanceof ListObjectsV2Command) {
      const { Prefix = "" } = command.input;
      return { Contents: Object.keys(objects).flatMap((Key) => (Key.startsWith(Prefix) ? [{ Key }] : [])) };
    }
    const text = command instanceof GetObjectCommand ? objects[command.input.Key ?? ""] : undefined;
    if (text === undefined) throw Object.assign(new Error("gone"), { name: "NoSuchKey" });
    return { Body: { transformToString: async () => text } };
  };
  return { s3: { send } as unknown as Pick<S3Client, "send">, bucket: "b", concurrency: 4 };
}

const ledger = (blocked: object) => ({ [LEDGER_KEY]: JSON.stringify({ blocked }) });

describe("pictures that were taken down", () => {
  test.each([
    ["a picture", async () => ({ sources: [(await sourceKeys(GONE)).source32], hosts: [] }), ["blocked", "stored"]],
    ["its host", async () => ({ sources: [], hosts: [(await sourceKeys(GONE)).host16] }), ["blocked", "blocked"]],
    ["nothing", async () => ({ sources: [], hosts: [] }), ["stored", "stored"]],
  ] as const)("count as not stored, whatever the log says: %s", async (_, blocks, statuses) => {
    const takenDown = await readTakenDown(bucketOf(ledger(await blocks())));
    const outcomes = await Promise.all(
      [GONE, KEPT].map(async (url) => {
        const { host16, source32 } = await sourceKeys(url);
        return outcome({ url, source: `${host16}/${source32}`, status: "stored" });
      }),
    );
    expect(withTakenDown(outcomes, takenDown).map(({ status }) => status)).toEqual(statuses);
  });

  test("a bucket without a ledger has none", async () => {
    expect(await readTakenDown(bucketOf({}))).toEqual(new Set());
  });

  test("lose all tags of machines, although nothing of their labels is left", async () => {
    const labels = [{ name: "cat", accuracy: 0.9, provider: "yfcc" }];
    const rows = [
      { id: "gone", url: GONE, labels },
      { id: "kept", url: KEPT, labels },
    ];
    const part = ["{}", ...rows.map((row) => JSON.stringify(row))].join("\n");
    const blocks = ledger({ sources: [(await sourceKeys(GONE)).source32] });
    const taken: TaggedRow[] = [];
    await eachTaggedIn(bucketOf({ ...blocks, "catalogue/r/parts/1": part }), "r", async (page) => {
      taken.push(...page);
    });
    expect(taken).toEqual([
      { id: "gone", providers: ["yfcc", "rekognition", "workers-ai"], tags: [] },
      { id: "kept", providers: ["yfcc"], tags: labels },
    ]);
  });
});
