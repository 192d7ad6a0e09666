import { describe, expect, it } from "vitest";
import { httpDate, parseHttpDate } from "../../../src/respond/httpDate.ts";

const NOW = Date.UTC(2026, 10, 28);
const MOON = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("parseHttpDate", () => {
  it.each([
    ["the form of today", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
    ["asctime", "Sun Nov  6 08:49:37 1994"],
    ["with spaces around it", "  Sun, 06 Nov 1994 08:49:37 GMT "],
  ])("%s", (_, text) => {
    expect(parseHttpDate(text, NOW)).toBe(MOON);
  });

  it.each([
    ["nothing", ""],
    ["a number", "0"],
    ["ISO 8601", "1994-11-06T08:49:37Z"],
    ["without GMT", "Sun, 06 Nov 1994 08:49:37"],
    ["another zone", "Sun, 06 Nov 1994 08:49:37 +0100"],
    ["a day that its month does not have", "Sun, 31 Feb 1994 08:49:37 GMT"],
    ["no such hour", "Sun, 06 Nov 1994 24:00:00 GMT"],
    ["no such minute", "Sun, 06 Nov 1994 08:60:37 GMT"],
    ["no such second", "Sun, 06 Nov 1994 08:49:61 GMT"],
    ["no such month", "Sun, 06 Nop 1994 08:49:37 GMT"],
    ["a date and more", "Sun, 06 Nov 1994 08:49:37 GMT; length=3"],
    ["one digit for the day", "Sun, 6 Nov 1994 08:49:37 GMT"],
  ])("is none: %s", (_, text) => {
    expect(parseHttpDate(text, NOW)).toBeNull();
  });

  it("a leap second is the next minute's first", () => {
    expect(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW)).toBe(Date.UTC(2017, 0, 1));
  });

  it.each([
    ["26", 2026],
    ["76", 2076],
    ["77", 1977],
    ["99", 1999],
    ["00", 2000],
  ])("a year of two digits: %s is %i", (digits, year) => {
    expect(new Date(parseHttpDate(`Sunday, 01-Mar-${digits} 00:00:00 GMT`, NOW) ?? 0).getUTCFullYear()).toBe(year);
  });

  it("reads what httpDate writes, to the second (seeded)", () => {
    let state = 11;
    for (let i = 0; i < 2_000; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      const ms = state * 1_900;
      expect(parseHttpDate(httpDate(ms), NOW)).toBe(Math.floor(ms / 1000) * 1000);
    }
  });
});
