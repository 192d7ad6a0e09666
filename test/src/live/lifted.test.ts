import { describe, expect, test } from "vitest";
import { LIFTED_MS, liftedAfter, readLifted, withoutLifted } from "../../../src/live/lifted.ts";
import { NO_SETTINGS } from "../../../src/live/liveSettings.ts";

const HOST = "0123456789abcdef";
const SOURCE = HOST + HOST;
const blocking = (sources: readonly string[], hosts: readonly string[] = [], epochs = {}) => ({
  ...NO_SETTINGS,
  blocked: { sources, hosts },
  epochs,
});

describe("liftedAfter", () => {
  test.each([
    ["what a change lifts is remembered", {}, blocking([SOURCE], [HOST]), blocking([]), { [SOURCE]: 50, [HOST]: 50 }],
    ["what was lifted before stays so", { [SOURCE]: 40 }, blocking([]), blocking([]), { [SOURCE]: 40 }],
    ["what is blocked again is forgotten", { [SOURCE]: 40 }, blocking([]), blocking([SOURCE]), {}],
    ["what stays blocked never was lifted", {}, blocking([SOURCE]), blocking([SOURCE]), {}],
  ])("%s", (_, lifted, before, after, expected) => {
    expect(liftedAfter(lifted, before, after, 50)).toEqual(expected);
  });
  test("until KV must have heard of it", () => {
    const none = blocking([]);
    expect(liftedAfter({ [SOURCE]: 40 }, none, none, 39 + LIFTED_MS)).toEqual({ [SOURCE]: 40 });
    expect(liftedAfter({ [SOURCE]: 40 }, none, none, 40 + LIFTED_MS)).toEqual({});
  });
});

describe("withoutLifted: a block in KV", () => {
  const BLOCKED = { sources: [SOURCE], hosts: [] };
  const NOT = { sources: [], hosts: [] };
  test.each([
    ["that nobody lifted", {}, {}, 50, BLOCKED],
    ["lifted after that text was written", { [HOST]: 39 }, { [SOURCE]: 40 }, 50, NOT],
    ["lifted, in a text by hand that knows of no purge", {}, { [SOURCE]: 40 }, 50, NOT],
    ["written by who knew of the lifting", { [HOST]: 40 }, { [SOURCE]: 40 }, 50, BLOCKED],
    ["lifted just as long ago as KV may lag", {}, { [SOURCE]: 40 }, 39 + LIFTED_MS, NOT],
    ["lifted longer ago", {}, { [SOURCE]: 40 }, 40 + LIFTED_MS, BLOCKED],
  ])("%s", (_, epochs, lifted, now, expected) => {
    expect(withoutLifted(blocking([SOURCE], [], epochs), lifted, now)).toEqual(expected);
  });
  test("of a host, likewise", () => {
    expect(withoutLifted(blocking([], [HOST]), { [HOST]: 40 }, 50)).toEqual(NOT);
  });
});

describe("readLifted", () => {
  test("takes the table out and leaves live settings", () => {
    const text = JSON.stringify({ epochs: {}, lifted: { [SOURCE]: 5 } });
    expect(readLifted(text)).toEqual({ lifted: { [SOURCE]: 5 }, rest: '{"epochs":{}}' });
  });
  test.each(["{}", "[]", "null", "{"])("%s has none", (text) => {
    expect(readLifted(text)).toEqual({ lifted: {}, rest: text });
  });
  test.each([[[]], [1], [null], [{ x: 1 }], [{ [HOST]: "1" }]])("%j is none", (lifted) => {
    expect(() => readLifted(JSON.stringify({ lifted }))).toThrow("misconfigured");
  });
});
