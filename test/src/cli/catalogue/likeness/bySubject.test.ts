import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nearestByCosine } from "../../../../../src/catalogue/likeness/embeddings.ts";
import { findBySubject, MOST_EMBEDDED } from "../../../../../src/cli/catalogue/likeness/bySubject.ts";
import { httpEmbedder } from "../../../../../src/cli/catalogue/likeness/httpEmbedder.ts";
import { encodeMeta } from "../../../../../src/store/schema/meta.ts";
import { outcome } from "../../../../support/catalogue.ts";
import { metaOf } from "../../../../support/stored.ts";

/** A stand-in for a model server over real HTTP: the mean colour of a picture is its vector. */
let server: Server;
let url = "";
let fates: (number | string)[] = [];
const requests: { model: string; count: number; authorization: string | undefined }[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { model, input } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; input: string[] };
    requests.push({ model, count: input.length, authorization: request.headers.authorization });
    const fate = fates.shift() ?? 200;
    if (typeof fate === "string") return response.end(fate);
    if (fate !== 200) return response.writeHead(fate).end("no");
    const data = await Promise.all(
      input.map(async (text, index) => {
        const { channels } = await sharp(Buffer.from(text.split(",")[1] ?? "", "base64")).stats();
        return { index, embedding: channels.slice(0, 3).map(({ mean }) => mean) };
      }),
    );
    // An order of its own: the index counts.
    response.end(JSON.stringify({ data: data.toReversed() }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`;
});
const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  requests.length = 0;
  fates = [];
});

const { signal } = new AbortController();
const embedder = (pauses: readonly number[] = [1, 1]) =>
  httpEmbedder({ url, model: "colours-1", key: "k" }, signal, pauses);
const png = async (background: string) => ({
  ...{ type: "image/png" },
  bytes: await sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer(),
});

describe("a model behind HTTP", () => {
  test("gets model, key and pictures, and gives vectors in their order", async () => {
    const vectors = await embedder().embed([await png("#ff0000"), await png("#0000ff")]);
    expect(vectors.map((vector) => [...vector])).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    expect(requests).toEqual([{ model: "colours-1", count: 2, authorization: "Bearer k" }]);
  });
  test.each([
    ["throttled once", [429], 2],
    ["failed twice", [500, 503], 3],
  ])("%s: it is asked again", async (_, given, asked) => {
    fates = [...given];
    await embedder().embed([await png("#fff")]);
    expect(requests).toHaveLength(asked);
  });
  test.each([
    ["failed for good", [500, 500, 500], "HTTP 500, 3 times"],
    ["refused", [401], "HTTP 401"],
    ["no JSON", ["<html>"], "no JSON"],
    ["no vector", ['{"data":[]}'], "no vector for picture 1 of 1"],
    ["no numbers", ['{"data":[{"index":0,"embedding":["x"]}]}'], "no vector for picture 1 of 1"],
  ])("%s: it is said", async (_, given, why) => {
    fates = [...given];
    await expect(embedder().embed([await png("#fff")])).rejects.toThrow(why);
  });
  test("vectors of two lengths are refused", async () => {
    const one = embedder();
    await one.embed([await png("#fff")]);
    fates = ['{"data":[{"index":0,"embedding":[1]}]}'];
    await expect(one.embed([await png("#fff")])).rejects.toThrow("vectors of 3 and of 1 numbers");
  });
});

test("the nearest by cosine, the length of a vector makes no difference", () => {
  const vectors = [
    [1, 0],
    [0, 2],
    [3, 0.3],
    [1, 1],
    [0, 0],
  ].map((vector) => Float32Array.from(vector));
  const lists = nearestByCosine(vectors, 2, 0.5).map((list) => list.map(({ picture, dhash }) => [picture, dhash]));
  expect(lists).toEqual([
    [
      [2, 0],
      [3, 29],
    ],
    [[3, 29]],
    [
      [0, 0],
      [3, 23],
    ],
    [
      [2, 23],
      [0, 29],
    ],
    [],
  ]);
});

describe("a run", () => {
  const COLOURS: Readonly<Record<string, string>> = { red: "#f00", rose: "#f01010", blue: "#00f", gone: "" };
  const picture = (id: string) => outcome({ id, rendition: { key: id, width: 8, height: 8, bytes: 1 } });
  const s3 = {
    send: async ({ input: { Key } }: { input: { Key: string } }) => {
      const colour = COLOURS[Key] ?? "";
      if (colour === "") throw Object.assign(new Error("gone"), { name: "NoSuchKey" });
      const { bytes } = await png(colour);
      return { Body: { transformToByteArray: async () => bytes }, Metadata: encodeMeta(metaOf(), 2_000) };
    },
  } as unknown as S3Client;
  async function* of<T>(items: readonly T[]) {
    yield* items;
  }
  const order = { k: 5, least: 0.8, to: folder };

  test("has neighbours in the file of likenesses, and no clusters", async () => {
    const outcomes = [...Object.keys(COLOURS).map(picture), { ...picture("blocked"), status: "blocked" as const }];
    const found = await findBySubject(of(outcomes), { s3, bucket: "b" }, { ...order, embedder: embedder() });
    expect(found).toEqual({ compared: 3, gone: 1 });
    expect(readFileSync(join(folder, "neighbours.tsv"), "utf8")).toBe(
      "id\tneighbour\tdistance\nred\trose\t0\nrose\tred\t0\n",
    );
    expect(readFileSync(join(folder, "clusters.tsv"), "utf8")).toBe("id\tcluster\trepresentative\n");
  });
  test("of too many pictures is refused before anything is sent", async () => {
    const many = Array.from({ length: MOST_EMBEDDED + 1 }, (_, i) => picture(String(i)));
    const found = findBySubject(of(many), { s3, bucket: "b" }, { ...order, embedder: embedder() });
    await expect(found).rejects.toThrow("20001 pictures; embeddings are compared for up to 20000");
    expect(requests).toEqual([]);
  });
});
