import { expect, test } from "vitest";
import { Changes } from "../../../../src/catalogue/feed/changes.ts";
import { type HostRecord, hostKeyOf, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import { newRun } from "../../../../src/catalogue/feed/runRecord.ts";
import { DEFAULT_SETTINGS } from "../../../../src/catalogue/run.ts";

const run = newRun("r", DEFAULT_SETTINGS, { origin: "https://img.test", region: "weur" }, 0);
const host = (name: string): HostRecord =>
  newHost("r", 0, name.padEnd(16, "0"), { host: `${name}.test`, first: 0, parts: 1, pictures: 9 }, 1, 0);
const [a, b] = [host("a"), host("b")];
const hosts = new Map([a, b].map((record) => [hostKeyOf(record), record]));
const runs = new Map([["r", run]]);

test("what has changed is taken once, as it is then", () => {
  const changes = new Changes();
  changes.host(hostKeyOf(a));
  changes.host(hostKeyOf(a));
  changes.run("r");
  expect(changes.take(hosts, runs)).toEqual({ hosts: [a], runs: [run], finished: [] });
  expect(changes.take(hosts, runs)).toEqual({ hosts: [], runs: [], finished: [] });
});

test("a host that is finished is no changed host any more", () => {
  const changes = new Changes();
  changes.host(hostKeyOf(a));
  changes.host(hostKeyOf(b));
  changes.finish(hostKeyOf(a), a);
  expect(changes.take(hosts, runs)).toEqual({ hosts: [b], runs: [], finished: [a] });
});

test("records that are gone are left out", () => {
  const changes = new Changes();
  changes.host("r/0/gone");
  changes.run("gone");
  expect(changes.take(hosts, runs)).toEqual({ hosts: [], runs: [], finished: [] });
});
