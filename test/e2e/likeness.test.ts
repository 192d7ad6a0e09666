/** The likeness job on the deployed bundle: parts in the bucket -> chunks in the queue -> pairs, as this machine finds them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPopulation } from "../../bench/likeness/population.ts";
import { mulberry } from "../../bench/likeness/random.ts";
import type { Neighbour } from "../../src/catalogue/likeness/nearest.ts";
import { findLikeness, type MatchAll } from "../../src/cli/catalogue/likeness/findLikeness.ts";
import type { HashFiles } from "../../src/cli/catalogue/likeness/hashFiles.ts";
import { jobBucket } from "../../src/cli/catalogue/likeness/jobBucket.ts";
import { onPlatform } from "../../src/cli/catalogue/likeness/onPlatform.ts";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";

const SECRET = "secret of this test";
const PICTURES = 2_000;
const CHANGES = [
  [1, 4],
  [3, 18],
] as const;

// The job has a test in workerd; this takes an edge.
describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("likeness by the queue", { timeout: 120_000 }, () => {
  let [edge, folder, s3]: [Edge, string, S3Client] = [] as never;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "firstlight-likeness-"));
    edge = await startEdge({ heavy: false, log: () => undefined, vars: { CATALOGUE_SECRET: SECRET } });
    const { endpoint, accessKeyId, secretAccessKey } = edge.s3;
    s3 = new S3Client({
      endpoint,
      region: "auto",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }, 120_000);
  afterAll(async () => {
    s3?.destroy();
    await edge?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const bucket = () => jobBucket(s3, "firstlight-primary");
  const platform = (signal = new AbortController().signal): MatchAll =>
    onPlatform({
      ...{ bucket: bucket(), call: { endpoint: edge.url, secret: SECRET, signal } },
      ...{ size: 500, times: { look: 100, again: 60_000 } },
    });

  async function resultOf(files: HashFiles, match?: MatchAll) {
    const lists: (readonly Neighbour[])[] = [];
    const chunks: number[] = [];
    const { stars, pairs } = await findLikeness(files, {
      ...{ threads: 1, k: 20, scratch: folder, ...(match === undefined ? {} : { match }) },
      onChunk: (done, all) => chunks.push(done, all),
      onNeighbours: (_, neighbours) => lists.push(neighbours),
    });
    return { pairs, lists, representatives: [...stars.representatives], chunks: chunks.at(-1) };
  }

  test("gives the same neighbours and clusters as this machine, and leaves nothing behind", async () => {
    const { files } = createPopulation(folder, PICTURES, 400, CHANGES, mulberry(3));
    const { chunks: _, ...here } = await resultOf(files);
    const { chunks, ...there } = await resultOf(files, platform());
    expect(here.pairs).toBeGreaterThan(50);
    expect(there).toEqual(here);
    expect(chunks).toBe(10);
    expect(await bucket().keys("catalogue/likeness/")).toEqual([]);
  });
});
