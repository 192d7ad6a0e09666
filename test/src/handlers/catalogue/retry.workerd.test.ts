/** Pictures that are taken up again: each once, wherever an earlier step was ended. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Outcome } from "../../../../src/catalogue/outcome.ts";
import { logKey, logText } from "../../../../src/catalogue/outcomeLog.ts";
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
