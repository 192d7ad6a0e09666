/** Every failure that is remembered against a source and told to others: it is the same whatever was asked for. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { ANSWERS, asFailure, type Reason } from "../../../src/errors.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import type { EngineLimits } from "../../../src/image/rendition.ts";
import { isShared } from "../../../src/keepFailure.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { LIMITS, orderOf, renderInTurn } from "./orders.ts";

/** Decided while the source is asked (src/origin, rendition/variant), where no transform is known. */
const OF_THE_EXCHANGE: readonly Reason[] = [
  ...(["source_missing", "source_failed", "source_refused", "source_unreachable", "source_tls"] as const),
  ...(["source_broken", "source_redirects", "source_timeout", "source_encoding", "source_too_many_bytes"] as const),
  "source_placeholder",
];
/**
 * Decided by the plan: for its memory, too large to make a file for (planFaults.test.ts), and of a kind of which no frame can
 * be read alone (plan.test.ts).
 */
const OF_THE_PLAN: readonly Reason[] = ["source_too_complex", "source_too_many_frames"];

type Row = readonly [reason: Reason, what: string, bytes: () => Promise<Uint8Array>, limits?: Partial<EngineLimits>];

const text = (words: string) => new TextEncoder().encode(words);
const made = async (format: "jpeg" | "png" | "webp" | "gif") => {
  const pages = { raw: { width: 40, height: 60, channels: 3 as const, pageHeight: 30 } };
  if (format === "gif") {
    const noise = Uint8Array.from({ length: 40 * 60 * 3 }, (_, i) => (i * 7919) % 256);
    return new Uint8Array(await sharp(noise, pages).gif().toBuffer());
  }
  return new Uint8Array(
    await sharp({ create: { width: 40, height: 30, channels: 3, background: "#a50" } })
      [format]()
      .toBuffer(),
  );
};
/** A file whose head is well and whose rest is not. */
const spoilt = async (format: "jpeg" | "webp", keep: number) => {
  const bytes = await made(format);
  return bytes.map((byte, i) => (i < keep ? byte : 0xff));
};

const ROWS: readonly Row[] = [
  ["not_an_image", "a web page", async () => text("<!doctype html><p>text</p>")],
  ["not_an_image", "nothing", async () => new Uint8Array()],
  [
    "format_unsupported",
    "HEIC",
    async () => text("\u0000\u0000\u0000\u001cftypheic\u0000\u0000\u0000\u0000heicmif1miaf"),
  ],
  ["image_damaged", "a JPEG of its first bytes", async () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16)],
  ["image_damaged", "a JPEG without tables", () => spoilt("jpeg", 20)],
  ["image_damaged", "a WebP whose picture is noise", () => spoilt("webp", 30)],
  ["source_too_many_pixels", "a pixel over the limit", () => made("png"), { maxSourcePixels: 1199 }],
];

const CROP = { width: 5, height: 5, gravity: { kind: "compass", at: "noea", x: 0, y: 0 } } as const;
const REQUESTS: readonly Partial<Transform>[] = [
  ...[1, 4, 16, 40, 4000].map((side) => ({ width: side, height: side })),
  { width: 4096, height: 2900, resize: "force", enlarge: true },
  { width: 9000, height: 9000, resize: "force", enlarge: true },
  { width: 3, height: 3, crop: CROP },
  { width: 10, height: 10, resize: "fill", rotate: 90 },
  { width: 10, height: 10, autoRotate: false, background: [1, 2, 3] },
];
const FORMATS: readonly OutputFormat[] = ["webp", "jpeg", "png"];

describe("failures that are remembered against a source", () => {
  const rows = ROWS.map(([reason, what, make, limits = {}]) => ({ reason, what, make, limits }));
  test.each(rows)("$reason, $what: the same for every size, crop and format", async ({ reason, make, limits }) => {
    const file = await make();
    for (const transform of REQUESTS) {
      for (const format of FORMATS) {
        const order = { ...orderOf(file, transform, format), limits: { ...LIMITS, ...limits } };
        const outcome = await renderInTurn(order).then(
          () => "made",
          (error: unknown) => asFailure(error).reason,
        );
        // A size that nobody may have is refused as such, and that is not remembered.
        if (outcome !== "result_too_large") expect([outcome, transform, format]).toEqual([reason, transform, format]);
      }
    }
  });

  test("each of them is in one of the tables", () => {
    const shared = (Object.keys(ANSWERS) as Reason[]).filter(isShared);
    const known = new Set([...OF_THE_EXCHANGE, ...OF_THE_PLAN, ...ROWS.map(([reason]) => reason)]);
    expect(shared.filter((reason) => !known.has(reason))).toEqual([]);
    expect([...known].filter((reason) => !isShared(reason))).toEqual([]);
  });
});
