import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { newTrace, noteFailure } from "../../src/telemetry.ts";

describe("noteFailure", () => {
  const noted = (failure: Failure) => {
    const trace = newTrace("reader", "weur", "MAD");
    noteFailure(trace, failure, 1_000);
    return trace;
  };
  it("has the reason, its status and the words for operators", () => {
    const trace = noted(new Failure("source_missing", { value: 404 }, "detail"));
    expect(trace).toMatchObject({ reason: "source_missing", status: 404, failure: "detail", hit: null });
  });
  it("a failure that was remembered is a negative hit with the seconds it has left", () => {
    const keeping = { remembered: true, until: 4_999 };
    expect(noted(new Failure("source_missing", {}, undefined, keeping))).toMatchObject({ hit: "negative", ttl: 3 });
  });
});
