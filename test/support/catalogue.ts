/** Records of the catalogue for tests. */
import type { Outcome } from "../../src/catalogue/outcome.ts";

/** A stored picture's outcome, with what a test says of it over it. */
export function outcome(over: Partial<Outcome> = {}): Outcome {
  const id = over.id ?? "photo-1";
  return {
    ...{ v: 1, id, url: `https://a.test/${id}.jpg`, host: "a.test" },
    source: `${"0".repeat(16)}/${"1".repeat(32)}`,
    ...{ status: "stored", reason: null, http: 200, final: null, variant: "original", format: "jpeg", bytes: 4_321 },
    ...{ orientation: 1, frames: 1, alpha: false, colour: "#102030", thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI" },
    ...{ dhash: "0123456789abcdef", pdq: null, pdqQuality: null, hash: "01234567", etag: '"x"', checkedAt: 1 },
    ...{ attempts: 1, maker: "1-vp8enc1", original: null },
    rendition: {
      key: `2/t/${"0".repeat(16)}/${"1".repeat(32)}/${"2".repeat(32)}`,
      width: 640,
      height: 480,
      bytes: 999,
    },
    ...over,
  };
}
