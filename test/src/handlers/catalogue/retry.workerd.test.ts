/** Pictures that are taken up again: each once, wherever an earlier step was ended. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Outcome } from "../../../../src/catalogue/outcome.ts";
import { logKey, logPrefix, logText } from "../../../../src/catalogue/outcomeLog.ts";
import { openPart, partKey } from "../../../../src/catalogue/part.ts";
import { readHostEntry } from "../../../../src/catalogue/run.ts";
import { retryStep } from "../../../../src/handlers/catalogue/retry.ts";
import { hostHash } from "../../../../src/store/schema/key.ts";
import { outcome } from "../../../support/catalogue.ts";

const HOSTS = ["a.test", "b.test"];
const order = (run: string) => ({ action: "retry", run, statuses: [], cursor: null }) as const;

/** A run of which each host has two failed pictures and one that is stored. */
async function failedRun(run: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const host of HOSTS) {
    const outcomes = ["x", "y", "z"].map((name): Outcome => {
      const failed = { status: "failed", reason: "source_timeout", rendition: null } as const;
      return outcome({ id: `${host}-${name}`, url: `https://${host}/${name}`, host, ...(name === "z" ? {} : failed) });
    });
    await env.R2_PRIMARY.put(logKey(run, await hostHash(host), 0, 0), logText(outcomes));
    ids.push(`${host}-x`, `${host}-y`);
  }
  return ids;
}

/** What the feeds read: the identifiers in the parts of the lists of rounds before `rounds`. */
async function idsOf(run: string, rounds: number): Promise<readonly string[]> {
  const ids: string[] = [];
  const prefix = `catalogue/${run}/hosts/`;
  const lists = await env.R2_PRIMARY.list({ prefix });
  for (const { key } of lists.objects) {
    if (Number.parseInt(key.slice(prefix.length), 10) >= rounds) continue;
    const list = await env.R2_PRIMARY.get(key);
    for (const line of ((await list?.text()) ?? "").split("\n").filter((one) => one !== "")) {
      const { host, first, parts } = readHostEntry(line);
      for (let part = first; part < first + parts; part++) {
        const object = await env.R2_PRIMARY.get(partKey(run, await hostHash(host), part));
        const text = await (object as R2ObjectBody).text();
        ids.push(
          ...text
            .split("\n")
            .slice(1, -1)
            .map((row) => (JSON.parse(row) as { id: string }).id),
        );
      }
    }
  }
  return ids;
}

/** The bucket and the feeds of a step that is ended before its write number `end`; a word to the feeds counts as one. */
function endedAt(end: number) {
  let writes = 0;
  let told = 0;
  const count = () => {
    if (writes++ >= end) throw new Error("ended (simulated)");
  };
  const bucket = new Proxy(env.R2_PRIMARY, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) => {
        if (name === "put" || name === "delete") count();
        return Reflect.apply(member, target, args);
      };
    },
  });
  const tell = async (rounds: number) => {
    count();
    told = Math.max(told, rounds);
  };
  return { bindings: { ...env, R2_PRIMARY: bucket }, tell, told: () => told };
}

test("a step that is ended before any of its writes, and sent again: the feeds get each picture once", async () => {
  let ended = 0;
  for (let end = 0; ; end++) {
    const run = `ended-${end}`;
    const ids = await failedRun(run);
    const first = endedAt(end);
    const isEnded = await retryStep(order(run), first.tell, { bindings: first.bindings, now: () => 1_000_000 }).then(
      () => false,
      () => true,
    );
    if (isEnded) ended++;
    const again = endedAt(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 2; i++)
      await retryStep(order(run), again.tell, { bindings: again.bindings, now: () => 2_000_000 });
    const told = Math.max(first.told(), again.told());
    expect([end, (await idsOf(run, told)).toSorted()]).toEqual([end, ids.toSorted()]);
    if (!isEnded) break;
  }
  expect(ended).toBeGreaterThanOrEqual(7);
});

test("pictures that fail again are taken up again, and only once where the order is sent twice", async () => {
  const run = "again";
  await failedRun(run);
  const { bindings, tell, told } = endedAt(Number.POSITIVE_INFINITY);
  const retry = async () => (await retryStep(order(run), tell, { bindings, now: () => 1 })).retried;
  expect([await retry(), await retry()]).toEqual([4, 0]);
  for (const host of HOSTS) {
    const failed = { status: "failed", reason: "source_timeout", rendition: null, host } as const;
    const outcomes = [outcome({ id: `${host}-x`, ...failed }), outcome({ id: `${host}-y`, host })];
    await env.R2_PRIMARY.put(logKey(run, await hostHash(host), 900_000, 0), logText(outcomes));
  }
  expect([await retry(), await retry(), told()]).toEqual([2, 0, 3]);
});

test("while another step may still write, none begins", async () => {
  await failedRun("busy");
  const first = endedAt(2);
  await expect(
    retryStep(order("busy"), first.tell, { bindings: first.bindings, now: () => 1_000_000 }),
  ).rejects.toThrow("ended");
  const { bindings, tell } = endedAt(Number.POSITIVE_INFINITY);
  const at = (now: number) => retryStep(order("busy"), tell, { bindings, now: () => now });
  await expect(at(1_119_999)).rejects.toMatchObject({ reason: "queue_full", facts: { retryAfter: 120 } });
  await expect(at(1_120_000)).resolves.toMatchObject({ retried: 4, done: true });
});

test("pictures with the longest addresses are spread over parts", async () => {
  const run = "long";
  const host16 = await hostHash("a.test");
  const failed = { status: "failed", reason: "source_timeout", rendition: null, host: "a.test" } as const;
  for (let chunk = 0; chunk < 14; chunk++) {
    const outcomes = Array.from({ length: 100 }, (_, i) =>
      outcome({ id: `${chunk}-${i}`, url: `https://a.test/${"x".repeat(2_900)}${i}`, ...failed }),
    );
    await env.R2_PRIMARY.put(logKey(run, host16, 0, 100 * chunk), logText(outcomes));
  }
  const { bindings, tell, told } = endedAt(Number.POSITIVE_INFINITY);
  await retryStep(order(run), tell, { bindings, now: () => 1 });
  expect(await idsOf(run, told())).toHaveLength(1_400);
  const object = await env.R2_PRIMARY.get(partKey(run, host16, 900_000));
  expect(openPart(new Uint8Array(await (object as R2ObjectBody).arrayBuffer())).header.rows).toBe(488);
});

/** A bucket whose lists have two keys a page, and the parts that were read from it. */
function pagedBucket() {
  const read: string[] = [];
  const bucket = new Proxy(env.R2_PRIMARY, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (first: unknown, ...rest: readonly unknown[]) => {
        if (name === "get" && String(first).includes("/parts/")) read.push(String(first));
        const isList = name === "list" && typeof first === "object" && first !== null && !("limit" in first);
        return Reflect.apply(member, target, [isList ? { ...first, limit: 2 } : first, ...rest]);
      };
    },
  });
  return { bindings: { ...env, R2_PRIMARY: bucket }, read };
}

test("a step reads the parts of earlier retries whose pictures come from its own log objects, and no others", async () => {
  const run = "spans";
  const host16 = await hostHash("a.test");
  const failed = { status: "failed", reason: "source_timeout", rendition: null, host: "a.test" } as const;
  const key = (chunk: number) => logKey(run, host16, 0, 100 * chunk);
  const add = (chunk: number) =>
    env.R2_PRIMARY.put(key(chunk), logText([outcome({ id: `${chunk}`, url: `https://a.test/${chunk}`, ...failed })]));
  const { bindings, read } = pagedBucket();
  const { tell } = endedAt(Number.POSITIVE_INFINITY);
  const step = (cursor: string | null) =>
    retryStep({ ...order(run), cursor }, tell, { bindings, now: () => 1 }).then(({ retried }) => retried);
  // Each step takes up the newest chunk alone, so each has a part of its own.
  const chunks = [0, 1, 2, 3, 4];
  for (const chunk of chunks) {
    await add(chunk);
    const before = chunk === 0 ? null : key(chunk - 1).slice(logPrefix(run).length);
    expect([chunk, await step(before)]).toEqual([chunk, 1]);
  }
  expect(read).toEqual([]);
  const parts = await env.R2_PRIMARY.list({ prefix: partKey(run, host16, 900_000).slice(0, -"0.jsonl".length) });
  expect(parts.objects).toHaveLength(chunks.length);
  expect(await step(null)).toBe(0);
  expect(read).toHaveLength(chunks.length);
  read.length = 0;
  expect(await step(key(3).slice(logPrefix(run).length))).toBe(0);
  expect(read).toEqual([partKey(run, host16, 900_004)]);
});
