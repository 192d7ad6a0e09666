import { describe, expect, it } from "vitest";
import { ENDPOINT, F, fieldOf, JPG, P, PLACE, S, T, TIMESTAMP, V } from "../../warmer/fields.ts";

/** The field of a name that stands in the middle of other bytes. */
function field(name: string): number {
  return fieldOf(Buffer.from(`{"${name}":1}`), 2, 2 + name.length);
}

describe("fieldOf", () => {
  const names = {
    v: V,
    t: T,
    p: P,
    r: PLACE,
    c: PLACE,
    k: PLACE,
    colo: PLACE,
    f: F,
    s: S,
    jpg: JPG,
    http_endpoint: ENDPOINT,
    timestamp: TIMESTAMP,
  };
  for (const [name, bit] of Object.entries(names)) {
    it(`knows ${name}, and no name that differs in one byte or in length`, () => {
      expect(field(name)).toBe(bit);
      for (let i = 0; i < name.length; i++) {
        for (const other of ["x", "\0", "é"]) expect(field(name.slice(0, i) + other + name.slice(i + 1))).toBe(0);
      }
      if (name.length > 1) expect([field(name.slice(1)), field(name.slice(0, -1))]).toEqual([0, 0]);
      expect([field(`${name} `), field(`${name}${name}`)]).toEqual([0, 0]);
    });
  }
  it("knows no empty name", () => expect(field("")).toBe(0));
});
