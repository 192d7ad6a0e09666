import { createExecutionContext } from "cloudflare:test";
import { tracing } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { inBackground, newJob, tracingOf } from "../../../src/context/job.ts";
import { Failure } from "../../../src/errors.ts";
import { worldOf } from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

describe("work behind an answer", () => {
  const behind = async (work: () => Promise<unknown>) => {
    const written: Record<string, unknown>[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void written.push(JSON.parse(line)));
    const { app, caller, job, settled } = worldOf();
    Object.assign(job.trace, { ray: "a-ray", sourceHost: "images.test", source: "00ff", variant: "v" });
    inBackground(work, app, caller, job);
    const failures = await settled();
    return { written, failures };
  };
  const origin = { ray: "a-ray", sourceHost: "images.test", source: "00ff", variant: "v", door: "behind" };

  test("has a line of its own that names the request it came from, and is not the reader's", async () => {
    const { written } = await behind(async () => undefined);
    expect(written).toEqual([
      expect.objectContaining({ ...origin, audience: "background", reason: "ok", status: 200 }),
    ]);
    expect(written[0]?.stages).toHaveProperty("total");
  });
  test("that fails says why", async () => {
    const { written, failures } = await behind(async () => Promise.reject(new Failure("source_missing", {}, "gone")));
    const told = { audience: "background", reason: "source_missing", status: 404, failure: "gone" };
    expect(written).toEqual([expect.objectContaining({ ...origin, ...told })]);
    expect(failures).toHaveLength(1);
  });
});

describe("spans", () => {
  const { caller } = worldOf();
  test("the runtime has them", () => {
    expect(tracing.enterSpan).toBeTypeOf("function");
    expect(tracingOf({ tracing })).toBe(tracing);
  });
  test("of an invocation", async () => {
    const found = tracingOf(createExecutionContext());
    const job = newJob(caller, () => undefined, { tracing: found });
    expect(await job.span("render", async () => "done")).toBe("done");
  });
  test("a step runs inside the span of its name, and a failure comes through", async () => {
    const entered: string[] = [];
    const enterSpan = (name: string, work: () => unknown) => {
      entered.push(name);
      return work();
    };
    const job = newJob(caller, () => undefined, { tracing: { enterSpan } as unknown as Tracing });
    expect(await job.span("look up", async () => 7)).toBe(7);
    await expect(job.span("render", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(entered).toEqual(["look up", "render"]);
  });
  test.each([{}, { tracing: undefined }, { tracing: {} }])(
    "a runtime with %j has none, and steps still run",
    async (ctx) => {
      expect(tracingOf(ctx)).toBeUndefined();
      expect(await newJob(caller, () => undefined, { tracing: tracingOf(ctx) }).span("render", async () => 1)).toBe(1);
    },
  );
});
