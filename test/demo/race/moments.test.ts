import { describe, expect, it } from "vitest";
import { edgeMomentsOf } from "../../../demo/race/moments.ts";

describe("edgeMomentsOf", () => {
  const event = (at: number, what: string, key: string, phase: "called" | "done" | "answered") => ({
    at,
    what,
    key,
    phase,
  });
  const push = [
    event(10, "push", "/a", "called"),
    event(11, "push", "/b", "called"),
    event(30, "region.put", "key-a", "called"),
    event(40, "region.put", "key-a", "done"),
    event(60, "region.put", "key-a", "done"),
  ];
  it("gives when the push came, and when the copy could first be read", () => {
    expect(edgeMomentsOf({ push, reader: [] }, "/a", "key-a")).toEqual({ pushed: 10, stored: 40 });
  });
  it("gives null for what did not happen", () => {
    expect(edgeMomentsOf({ push, reader: push }, "/b", "key-b")).toEqual({ pushed: 11, stored: null });
    expect(edgeMomentsOf({ push: [], reader: push }, "/a", "key-a")).toEqual({ pushed: null, stored: null });
  });
});
