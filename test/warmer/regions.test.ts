import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { MapFetcher } from "../../warmer/regions/mapFetcher.ts";
import { MAX_MAP_BYTES, type RegionMap, readRegionMap } from "../../warmer/regions/regionMap.ts";
import { keptLog } from "../support/warmer.ts";

describe("a map of the regions is read", () => {
  const good = '{"v":1,"version":4,"colos":{"MAD":"enam"},"moving":{"MAD":"weur"}}';
  test.each([
    ["with a change", good, { v: 1, version: 4, colos: { MAD: "enam" }, moving: { MAD: "weur" } }],
    ["without", '{"v":1,"version":0,"colos":{}}', { v: 1, version: 0, colos: {} }],
    ["with what a newer Worker adds", '{"v":1,"version":1,"colos":{},"more":1}', { v: 1, version: 1, colos: {} }],
    ["another version of the form", '{"v":2,"version":4,"colos":{}}', undefined],
    ["a version that is no number", '{"v":1,"version":"4","colos":{}}', undefined],
    ["a version below 0", '{"v":1,"version":-1,"colos":{}}', undefined],
    ["no table", '{"v":1,"version":1}', undefined],
    ["a list", '{"v":1,"version":1,"colos":["MAD"]}', undefined],
    ["a data centre in small letters", '{"v":1,"version":1,"colos":{"mad":"enam"}}', undefined],
    ["a region that is no name", '{"v":1,"version":1,"colos":{"MAD":"E NAM"}}', undefined],
    ["a change that is no table", '{"v":1,"version":1,"colos":{},"moving":1}', undefined],
    ["no JSON", "<html>", undefined],
    ["null", "null", undefined],
  ])("%s", (_, text, map) => {
    expect(readRegionMap(text)).toEqual(map);
  });
});

describe("a newer map", () => {
  const undo: (() => unknown)[] = [];
  afterEach(() => undo.splice(0).map((step) => step()));

  /** A Worker that answers as `answer` says, and a fetcher that asks it. */
  async function start(answer: { status: number; body: string }) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    undo.push(() => server.close());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/warm`);
    const time = { steady: 0 };
    const clock = { wall: () => 0, steady: () => time.steady, precise: () => 0, idle: () => 0 };
    const maps: (RegionMap | undefined)[] = [];
    const fetcher = new MapFetcher({ clock, log: keptLog(), tls: {}, onMap: (map) => void maps.push(map) });
    const hear = async (version: number, afterMs = 1_000) => {
      time.steady += afterMs;
      const before = asked.length;
      fetcher.heard(version, url);
      const done = () => fetcher.fetched + fetcher.failed;
      const was = done();
      for (let i = 0; i < 200 && (asked.length > before ? done() === was : i < 5); i++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return asked.slice(before);
    };
    return { answer, fetcher, maps, hear, asked };
  }
  const map = (version: number) => ({ v: 1, version, colos: { MAD: "enam" } });
  const json = (version: number) => JSON.stringify(map(version));

  test("is fetched when an answer tells of it, and the same or an older one is not", async () => {
    const { hear, maps, fetcher, answer } = await start({ status: 200, body: json(4) });
    expect(await hear(0)).toEqual([]);
    expect(await hear(4)).toEqual(["/regions?v=0"]);
    expect(maps).toEqual([map(4)]);
    expect(await hear(4)).toEqual([]);
    expect(await hear(3)).toEqual([]);
    answer.body = json(5);
    expect(await hear(5)).toEqual(["/regions?v=4"]);
    expect(fetcher.version).toBe(5);
  });

  test.each([
    ["the Worker fails", 500, "", 1],
    ["the answer is no map", 200, "<html>", 1],
    ["the answer is too long", 200, `{"v":1,"version":9,"colos":{},"x":"${"x".repeat(MAX_MAP_BYTES)}"}`, 1],
    ["an isolate is behind", 200, JSON.stringify(map(3)), 0],
  ])("the last good map stays when %s; the next answer is a reason to try again", async (_, status, body, failed) => {
    const { hear, maps, fetcher, answer } = await start({ status: 200, body: json(4) });
    await hear(4);
    Object.assign(answer, { status, body });
    expect(await hear(5)).toHaveLength(1);
    expect([maps.length, fetcher.version, fetcher.failed]).toEqual([1, 4, failed]);
    Object.assign(answer, { status: 200, body: json(5) });
    await hear(5);
    expect(fetcher.version).toBe(5);
  });

  test("is asked for once a second at most", async () => {
    const { hear } = await start({ status: 500, body: "" });
    expect(await hear(4)).toHaveLength(1);
    expect(await hear(4, 999)).toHaveLength(0);
    expect(await hear(4, 1)).toHaveLength(1);
  });

  test("a Worker that fails is asked less and less often, and quickly again after a new map", async () => {
    const bad = { status: 500, body: "" };
    const { hear, answer } = await start({ status: 200, body: json(4) });
    const asks = async (version: number, seconds: number) => {
      let asked = 0;
      for (let i = 0; i < seconds; i++) asked += (await hear(version)).length;
      return asked;
    };
    await hear(4);
    Object.assign(answer, bad);
    // Five at once, then after 2, 4, 8, 16 and 30 seconds.
    expect(await asks(5, 65)).toBe(10);
    Object.assign(answer, { status: 200, body: json(5) });
    expect(await asks(5, 30)).toBe(1);
    Object.assign(answer, bad);
    expect(await asks(6, 4)).toBe(4);
  });

  test("an older map counts when no answer has told of ours for five minutes: the Worker has lost it", async () => {
    const { hear, fetcher, answer } = await start({ status: 200, body: json(4) });
    await hear(4);
    Object.assign(answer, { body: json(2) });
    expect(await hear(2)).toEqual([]);
    expect(await hear(2, 299_000)).toEqual([]);
    // One isolate is not behind.
    expect(await hear(4)).toEqual([]);
    expect(await hear(2)).toEqual([]);
    expect(await hear(2, 299_999)).toEqual([]);
    expect(await hear(2, 1)).toEqual(["/regions?v=4"]);
    expect(fetcher.version).toBe(2);
    expect(await hear(2)).toEqual([]);
  });

  test("version 0 is believed when the Worker says so itself", async () => {
    const { hear, maps, fetcher, answer } = await start({ status: 200, body: json(4) });
    await hear(4);
    Object.assign(answer, { status: 204, body: "" });
    await hear(0);
    expect(fetcher.version).toBe(4);
    Object.assign(answer, { status: 200, body: '{"v":1,"version":0,"colos":{}}' });
    await hear(0);
    expect([fetcher.version, maps.at(-1)]).toEqual([0, undefined]);
  });

  test("a Worker that cannot be reached", async () => {
    const { hear, fetcher } = await start({ status: 200, body: json(4) });
    await hear(4);
    fetcher.heard(5, new URL("http://127.0.0.1:9/warm"));
    expect(fetcher.version).toBe(4);
  });
});
