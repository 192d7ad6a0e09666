import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { logKey, logText, readLog } from "../../../../src/catalogue/outcomeLog.ts";
import { TAPS } from "../../../../src/cli/catalogue/taps.ts";
import { encodeMeta } from "../../../../src/store/schema/meta.ts";
import type { StoredMeta } from "../../../../src/store/tiers/tier.ts";
import { type LocalBucket, startBucket } from "../../../support/bucket.ts";
import { outcome } from "../../../support/catalogue.ts";
import { metaOf } from "../../../support/stored.ts";
import { drawn } from "../../image/analyse/vectors/drawn.ts";

const Bucket = "firstlight-primary";
let bucket: LocalBucket;
let s3: S3Client;
let said = "";
const key = logKey("first", "a".repeat(16), 0, 0);

async function putRendition(name: string, side: number, isWhole = true) {
  const { width, height, data } = drawn(side, side, 6);
  const Body = await sharp(data, { raw: { width, height, channels: 4 } })
    .webp()
    .toBuffer();
  const whole = isWhole ? { whole: { quality: 75, sourceWidth: 900, sourceHeight: 900 } } : {};
  const { whole: _, ...plain } = metaOf();
  const meta: StoredMeta = { ...plain, width: side, height: side, format: "webp", ...whole };
  await s3.send(new PutObjectCommand({ Bucket, Key: name, Body, Metadata: encodeMeta(meta, 2_048) }));
}

const lacking = (id: string) =>
  outcome({ id, dhash: null, rendition: { key: `2/t/${id}`, width: 300, height: 300, bytes: 1 } });

beforeAll(async () => {
  bucket = await startBucket();
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = bucket.env;
  s3 = new S3Client({ endpoint, region: "auto", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  await putRendition("2/t/whole", 300);
  await putRendition("2/t/part", 300, false);
  await putRendition("2/t/small", 255);
  await s3.send(
    new PutObjectCommand({ Bucket, Key: "2/t/damaged", Body: "RIFF", Metadata: encodeMeta(metaOf(), 2_048) }),
  );
  const has = outcome({ id: "has", pdq: "0".repeat(64), pdqQuality: 80 });
  const all = [
    ...["whole", "part", "small", "damaged", "gone"].map(lacking),
    has,
    outcome({ id: "dead", status: "gone" }),
  ];
  await bucket.put(new Map([[key, logText(all)]]));
}, 60_000);
afterAll(async () => {
  s3.destroy();
  await bucket.stop();
});
beforeEach(() => {
  said = "";
  const hear = (line: string) => {
    said += `${line}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(hear);
  vi.spyOn(console, "error").mockImplementation(hear);
});

describe("npm run catalogue -- taps RUN --missing", () => {
  test("makes the hashes that are not there, from whole renditions of 256 px and more", async () => {
    expect(await TAPS.run(["first", "--missing"], bucket.env)).toBe(0);
    expect(said).toContain("Hashes made: 1. Not whole or too small: 3. Gone or damaged: 1.");
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    const log = readLog((await Body?.transformToString()) ?? "");
    expect(log.map(({ id, dhash }) => `${id} ${dhash === null ? "-" : "#"}`)).toEqual([
      ...["whole #", "part -", "small -", "damaged -", "gone -", "has #", "dead #"],
    ]);
    expect(log[0]?.pdq).toMatch(/^[0-9a-f]{64}$/);
    expect(log[0]?.pdqQuality).toBeGreaterThan(20);
    expect(log[5]?.pdqQuality).toBe(80);
  });
  test("a second call has nothing to do", async () => {
    expect(await TAPS.run(["first", "--missing"], bucket.env)).toBe(0);
    expect(said).toContain("Hashes made: 0.");
  });
  test("wrong calls", async () => {
    expect(await TAPS.run(["first"], bucket.env)).toBe(2);
    expect(said).toContain("--missing");
    expect(await TAPS.run(["--missing"], bucket.env)).toBe(2);
  });
});
