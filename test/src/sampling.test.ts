import { describe, expect, it } from "vitest";
import { isSampled, SAMPLED } from "../../src/sampling.ts";

describe("isSampled", () => {
  it("takes one source in SAMPLED, by the first byte of the hash alone", () => {
    const bytes = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
    expect(bytes.filter((byte) => isSampled(byte.padEnd(32, "7")))).toHaveLength(256 / SAMPLED);
    for (const byte of bytes) expect(isSampled(byte.padEnd(32, "0"))).toBe(isSampled(byte.padEnd(32, "f")));
  });
});
