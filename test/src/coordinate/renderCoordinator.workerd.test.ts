import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { coordinatorOf } from "../../../src/coordinate/renderCoordinator.ts";

let serial = 0;
const freshCoordinator = () => coordinatorOf(env.COORDINATOR, "weur", `source-${++serial}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("RenderCoordinator", () => {
  test("answers a waiting request as soon as the picture is stored", async () => {
    const port = freshCoordinator();
    expect(await port.ask("a", "320", 0)).toEqual({ do: "fetch" });
    const waiting = port.ask("b", "320", 5_000);
    await pause(20);
    await port.report("a", "320", { kind: "stored" });
    expect(await waiting).toEqual({ do: "read" });
  });

  test("hears over one port in the order in which it was told, without a wait in between", async () => {
    const port = freshCoordinator();
    const claim = port.ask("a", "320", 0, { claimMs: 5_000 });
    const told = port.report("a", "320", { kind: "released" });
    await Promise.all([claim, told]);
    expect(await port.ask("b", "320", 0)).toEqual({ do: "fetch" });
  });

  test("says wait when the time is over", async () => {
    const port = freshCoordinator();
    await port.ask("a", "320", 0);
    expect((await port.ask("b", "320", 30)).do).toBe("wait");
  });

  test("lets a reader wait for a push, and take over when its time is over", async () => {
    const port = freshCoordinator();
    expect(await port.ask("push", "320", 0, { claimMs: 10_000 })).toEqual({ do: "fetch" });
    expect(await port.ask("a", "320", 0)).toMatchObject({ do: "wait", claimed: true });
    const joined = port.ask("a", "320", 60, { takeOver: true });
    const longer = port.ask("b", "320", 5_000, { takeOver: true });
    expect(await joined).toEqual({ do: "fetch" });
    await port.report("push", "320", { kind: "stored" });
    expect(await longer).toEqual({ do: "read" });
  });

  test("lets a reader go on alone at the end of a claim whose push has died", async () => {
    const port = freshCoordinator();
    await port.ask("push", "320", 0, { claimMs: 60 });
    expect(await port.ask("a", "320", 5_000)).toEqual({ do: "fetch" });
  });

  test("gives a released lease to one of many who wait for it", async () => {
    const port = freshCoordinator();
    await port.ask("a", "320", 0);
    const waiting = ["b", "c", "d"].map((holder) => port.ask(holder, "320", 200));
    await pause(20);
    await port.report("a", "320", { kind: "released" });
    const grants = (await Promise.all(waiting)).map((grant) => grant.do);
    expect(grants.sort()).toEqual(["fetch", "wait", "wait"]);
  });

  test("regions and sources do not share a coordinator", async () => {
    const name = `source-${++serial}`;
    expect((await coordinatorOf(env.COORDINATOR, "weur", name).ask("a", "k", 0)).do).toBe("fetch");
    expect((await coordinatorOf(env.COORDINATOR, "apac", name).ask("b", "k", 0)).do).toBe("fetch");
    expect((await freshCoordinator().ask("c", "k", 0)).do).toBe("fetch");
  });

  test("tells the failure of the source with its facts", async () => {
    const port = freshCoordinator();
    await port.ask("a", "320", 0);
    const waiting = port.ask("b", "640", 5_000);
    await port.report("a", "320", { kind: "failed", reason: "source_missing", facts: { value: 404 }, seconds: 5 });
    expect(await waiting).toEqual({ do: "fail", reason: "source_missing", facts: { value: 404 } });
  });

  test("one who knows of a purge is not told of the failure before it, and waits for nobody from before it", async () => {
    const name = `source-${++serial}`;
    const [before, after] = [
      coordinatorOf(env.COORDINATOR, "weur", name),
      coordinatorOf(env.COORDINATOR, "weur", name, 9),
    ];
    await before.ask("a", "320", 0);
    await before.report("a", "320", { kind: "failed", reason: "source_missing", facts: {}, seconds: 5 });
    expect((await before.ask("b", "320", 0)).do).toBe("fail");
    expect((await after.ask("c", "320", 0)).do).toBe("fetch");
    expect((await before.ask("d", "320", 0)).do).toBe("wait");
  });
});
