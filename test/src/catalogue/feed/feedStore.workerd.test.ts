/** The feed's disk: a host that was given up can be taken out again, once, and goes on from its record. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { FeedStore } from "../../../../src/catalogue/feed/feedStore.ts";
import { DAMAGED, type HostRecord, hostKeyOf, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";

const host = (run: string, name: string, trouble: string | null): HostRecord => ({
  ...newHost(run, 0, name.padEnd(16, "0"), { host: `${name}.test`, first: 0, parts: 2, pictures: 9 }, 1, 0),
  trouble,
});

// The first call loads the whole Worker.
test("hosts that were given up", { timeout: 60_000 }, async () => {
  const stub = env.CATALOGUE_FEED.get(env.CATALOGUE_FEED.idFromName("store of a test"));
  await runInDurableObject(stub, (_, { storage }) => {
    const store = new FeedStore(storage.sql);
    const [whole, lost, other] = [host("r", "a", null), host("r", "b", DAMAGED), host("s", "c", DAMAGED)];
    store.save({ hosts: [whole, lost, other], runs: [], finished: [] });
    store.save({ hosts: [], runs: [], finished: [whole, lost, other] });
    expect(store.hosts()).toEqual([]);
    expect(store.finished("r").map(({ host: name, givenUp }) => [name, givenUp?.trouble])).toEqual([
      ["a.test", undefined],
      ["b.test", DAMAGED],
    ]);
    expect(store.takeGivenUp("r").map(hostKeyOf)).toEqual([hostKeyOf(lost)]);
    expect(store.takeGivenUp("r")).toEqual([]);
    expect(store.finished("r").map(({ host: name }) => name)).toEqual(["a.test"]);
    expect(store.takeGivenUp("s")).toHaveLength(1);
  });
});
