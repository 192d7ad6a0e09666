/** Neighbours by embeddings: pictures of a run are sent to a model as they are stored, and compared by what it gives. */
import { mkdirSync } from "node:fs";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type EmbeddedFile, type Embedder, nearestByCosine } from "../../../catalogue/likeness/embeddings.ts";
import type { Outcome } from "../../../catalogue/outcome.ts";
import { STATUSES } from "../../../catalogue/status.ts";
import { decodeMeta } from "../../../store/schema/meta.ts";
import { WrongInput } from "../failure.ts";
import { createTsv } from "./results.ts";

/** All are compared with all, in memory. */
export const MOST_EMBEDDED = 20_000;
/** Pictures of a request to the model. */
const BATCH = 16;

export type BySubject = {
  readonly embedder: Embedder;
  readonly k: number;
  /** Least cosine of a neighbour. */
  readonly least: number;
  /** The folder for neighbours.tsv, and for clusters.tsv, which has none: being alike in subject makes no copies. */
  readonly to: string;
};

type Bucket = { readonly s3: Pick<S3Client, "send">; readonly bucket: string };

/** Gives how many pictures were compared, and how many renditions are gone. Rejects with WrongInput when there are too many. */
export async function findBySubject(
  outcomes: AsyncIterable<Outcome>,
  bucket: Bucket,
  { embedder, k, least, to }: BySubject,
): Promise<{ readonly compared: number; readonly gone: number }> {
  const latest = new Map<string, Outcome>();
  for await (const outcome of outcomes) {
    if ((latest.get(outcome.id)?.checkedAt ?? -1) <= outcome.checkedAt) latest.set(outcome.id, outcome);
  }
  const stored = [...latest.values()].filter(({ status, rendition }) => STATUSES[status].stored && rendition !== null);
  if (stored.length > MOST_EMBEDDED) {
    throw new WrongInput(`${stored.length} pictures; embeddings are compared for up to ${MOST_EMBEDDED}`);
  }
  const ids: string[] = [];
  const vectors: Float32Array[] = [];
  let gone = 0;
  for (let at = 0; at < stored.length; at += BATCH) {
    const some = await Promise.all(
      stored.slice(at, at + BATCH).map(async (one) => ({ one, file: await fileOf(bucket, one) })),
    );
    const there = some.flatMap(({ one, file }) => (file === null ? [] : [{ id: one.id, file }]));
    gone += some.length - there.length;
    if (there.length > 0) vectors.push(...(await embedder.embed(there.map(({ file }) => file))));
    ids.push(...there.map(({ id }) => id));
  }
  mkdirSync(to, { recursive: true });
  const lists = createTsv(to, "neighbours");
  for (const [i, neighbours] of nearestByCosine(vectors, k, least).entries()) {
    for (const { picture, dhash: distance } of neighbours) lists.write(ids[i] ?? "", ids[picture] ?? "", distance);
  }
  lists.close();
  createTsv(to, "clusters").close();
  return { compared: ids.length, gone };
}

async function fileOf({ s3, bucket }: Bucket, { rendition }: Outcome): Promise<EmbeddedFile | null> {
  try {
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: rendition?.key ?? "" }));
    const meta = decodeMeta(Metadata ?? {});
    const bytes = await Body?.transformToByteArray();
    return meta === null || bytes === undefined ? null : { type: `image/${meta.format}`, bytes };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return null;
    throw error;
  }
}
