import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { shardOfId } from "../../../../src/catalogue/projection.ts";
import type { Labels } from "../../../../src/catalogue/recognition/labels.ts";
import type { Similar } from "../../../../src/catalogue/similar.ts";
import { labels } from "../../../../src/handlers/labels.ts";
import { purge } from "../../../../src/handlers/purge.ts";
import { similar, writeSimilar } from "../../../../src/handlers/similar.ts";
import { project } from "../../../../src/jobs/catalogue/chunkLog.ts";
import { storedLabels, storeLabels } from "../../../../src/jobs/recognise/access.ts";
import { SETTINGS_KEY } from "../../../../src/live/settingsCache.ts";
import { LEDGER_KEY } from "../../../../src/live/takedown.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../../../src/request/signing/signedBody.ts";
import { sourceKeys } from "../../../../src/store/schema/key.ts";
import { outcome } from "../../../support/catalogue.ts";
import { NOW } from "../../../support/stored.ts";
import { CONFIG, freshSource, worldOf } from "../../../support/world.workerd.ts";

const SECRET = "secret of the operator";
// The pictures of the tests have the same addresses.
beforeEach(async () => {
  await env.R2_PRIMARY.delete(LEDGER_KEY);
  await env.THUMBS.delete(SETTINGS_KEY);
});
// `/similar` itself must not know of the takedown: what it says is what the databases have.
const { app, caller, job } = worldOf({ config: { ...CONFIG, purgeSecret: SECRET, catalogueSecret: SECRET } });

async function signed(path: string, fields: object) {
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(fields)));
  const time = String(NOW / 1000);
  const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, path, time, body) };
  return new Request(`https://img.test${path}`, { method: "POST", headers, body });
}

async function takeDown(fields: object): Promise<number> {
  let deleted = 0;
  for (let cursor: string | null = null; ; ) {
    const answer = await purge(await signed("/purge", { ...fields, cursor }), app, caller, job);
    const step = JSON.parse(String(answer.body));
    deleted += step.deleted;
    cursor = step.cursor;
    if (cursor === null) return deleted;
  }
}

/** Identifiers of the two databases that tests have. */
const ids = Array.from({ length: 400 }, (_, i) => `picture ${i}`).filter((id) => shardOfId(id) < 2);

async function catalogue(count: number) {
  const url = freshSource();
  const { host } = new URL(url);
  const pictures = await Promise.all(
    ids.slice(0, count).map(async (id, i) => {
      const address = i === count - 1 ? "https://other.test/1.jpg" : url.replace(/[^/]+$/, `${i}.jpg`);
      const { host16, source32 } = await sourceKeys(address);
      return { id, url: address, source: `${host16}/${source32}` };
    }),
  );
  const [first] = pictures;
  const rows = pictures.map(
    ({ id, source }): Similar => ({
      ...{
        id,
        source,
        cluster: "c",
        representative: first === undefined ? null : { id: first.id, source: first.source },
      },
      neighbours: pictures.flatMap((one, i) =>
        one.id === id ? [] : [{ id: one.id, source: one.source, distance: i }],
      ),
    }),
  );
  await writeSimilar(await signed("/similar", { rows }), app, caller, job);
  for (const { id, source } of pictures) {
    const found: Labels = {
      ...{ v: 1, id, source, status: "done", reason: null, at: 1, provider: "p", model: "m", modelVersion: "1" },
      labels: [{ name: "Cat", confidence: 0.9, parents: [], aliases: [], boxes: [], display: true }],
    };
    await storeLabels(env.R2_PRIMARY, found);
  }
  return { pictures, host, rows };
}

const shown = async (id: string) => {
  const http = new Request(`https://img.test/similar/${encodeURIComponent(id)}?k=50`);
  const answer = await similar(http, app, caller, job).catch(() => null);
  if (answer === null) return null;
  const { representative, neighbours } = JSON.parse(String(answer.body));
  return { representative, neighbours: (neighbours as { id: string }[]).map((one) => one.id) };
};
const hasLabels = async (id: string) => (await storedLabels(env.R2_PRIMARY, id)) !== null;

test("a takedown of one picture: its labels and rows go, and no other row names it", async () => {
  const { pictures } = await catalogue(5);
  const [first, second, third, fourth, fifth] = pictures.map(({ id }) => id);
  const of = (id = "") => Promise.all([shown(id), hasLabels(id)]);
  expect(await of(second)).toEqual([{ representative: first, neighbours: [first, third, fourth, fifth] }, true]);
  expect(await takeDown({ source: pictures[0]?.url, block: true })).toBe(2);
  expect(await of(first)).toEqual([null, false]);
  expect(await of(second)).toEqual([{ representative: null, neighbours: [third, fourth, fifth] }, true]);
  expect(await of(fifth)).toEqual([{ representative: null, neighbours: [second, third, fourth] }, true]);
  // Once more changes nothing.
  expect(await takeDown({ source: pictures[0]?.url, block: true })).toBe(0);
});

test("a takedown of a host takes all of its pictures, and leaves those of others", async () => {
  const { pictures, host } = await catalogue(6);
  const other = pictures.at(-1)?.id ?? "";
  expect(await takeDown({ host, block: true })).toBe(10);
  for (const { id } of pictures.slice(0, -1))
    expect([id, await shown(id), await hasLabels(id)]).toEqual([id, null, false]);
  expect(await shown(other)).toEqual({ representative: null, neighbours: [] });
  expect(await hasLabels(other)).toBe(true);
});

test("rows of a command that is older than the takedown bring nothing of it back", async () => {
  const { pictures, rows } = await catalogue(4);
  const [first, second, third, fourth] = pictures.map(({ id }) => id);
  await takeDown({ source: pictures[0]?.url, block: true });
  const answer = await writeSimilar(await signed("/similar", { rows }), app, caller, job);
  expect(JSON.parse(String(answer.body))).toEqual({ written: 3, unbound: 0 });
  expect(await shown(first ?? "")).toBeNull();
  expect(await shown(second ?? "")).toEqual({ representative: null, neighbours: [third, fourth] });
});

test("what was taken down is answered with 451, also when nothing of it is left", async () => {
  const { pictures } = await catalogue(2);
  const [{ id, url, source }] = pictures as [(typeof pictures)[number], ...typeof pictures];
  await project(env, [outcome({ id, url, source })]);
  await takeDown({ source: url, block: true });
  // The ledger has tests of its own. To start its object takes longer than all of this.
  const RECOGNITION = { idFromName: () => "ledger", get: () => ({ isOpen: async () => false }) } as never;
  const blocked = worldOf({
    bindings: { RECOGNITION },
    config: {
      ...app.config,
      labelsSecret: SECRET,
      blocked: { sources: new Set([source.slice(17)]), hosts: new Set() },
    },
  });
  const ask = (door: typeof similar, path: string) =>
    door(new Request(`https://img.test${path}${encodeURIComponent(id)}`), blocked.app, caller, job);
  await expect(ask(similar, "/similar/")).rejects.toMatchObject({ reason: "blocked" });
  await expect(ask(labels, "/labels/")).rejects.toMatchObject({ reason: "blocked" });
  await expect(similar(new Request("https://img.test/similar/nobody"), blocked.app, caller, job)).rejects.toMatchObject(
    {
      reason: "not_found",
    },
  );
});

test.each([
  ["whose source the databases know", 0, "blocked"],
  ["that nobody knows yet", 1, null],
])("a picture that is ordered and has no labels yet, %s", async (_, at, reason) => {
  const { pictures } = await catalogue(3);
  const [{ id, url, source }] = pictures.slice(at) as [(typeof pictures)[number]];
  if (reason !== null) await project(env, [outcome({ id, url, source })]);
  await takeDown({ source: url, block: true });
  const RECOGNITION = { idFromName: () => "ledger", get: () => ({ isOpen: async () => true }) } as never;
  const blocked = { sources: new Set([source.slice(17)]), hosts: new Set<string>() };
  const ask = (config: object) => {
    const world = worldOf({ bindings: { RECOGNITION }, config: { ...app.config, labelsSecret: SECRET, ...config } });
    const http = new Request(`https://img.test/labels/${encodeURIComponent(id)}`);
    return labels(http, world.app, caller, job).then(
      ({ body }) => JSON.parse(String(body)).status,
      (error) => error.reason,
    );
  };
  expect(await ask({})).toBe("pending");
  expect(await ask({ blocked })).toBe(reason ?? "pending");
});

test("what says that a blocked picture was refused is answered with 451 each time", async () => {
  const { pictures } = await catalogue(2);
  const [{ id, source }] = pictures as [(typeof pictures)[number]];
  const known = await storedLabels(env.R2_PRIMARY, id);
  if (known === null) throw new Error("it has labels");
  await storeLabels(env.R2_PRIMARY, { ...known, status: "refused", reason: "blocked", labels: [] });
  const RECOGNITION = { idFromName: () => "ledger", get: () => ({ isOpen: async () => false }) } as never;
  const blocked = { sources: new Set([source.slice(17)]), hosts: new Set<string>() };
  const world = worldOf({ bindings: { RECOGNITION }, config: { ...app.config, labelsSecret: SECRET, blocked } });
  for (let round = 0; round < 2; round++) {
    const http = new Request(`https://img.test/labels/${encodeURIComponent(id)}`);
    await expect(labels(http, world.app, caller, job)).rejects.toMatchObject({ reason: "blocked" });
  }
});

test("a purge without a block deletes the labels, which may be wrong now, and leaves the rows", async () => {
  const { pictures } = await catalogue(3);
  const [first] = pictures;
  expect(await takeDown({ source: first?.url })).toBe(1);
  expect(await hasLabels(first?.id ?? "")).toBe(false);
  expect(await shown(first?.id ?? "")).not.toBeNull();
});

test.each([
  ["a block that is lifted", (url: string) => ({ source: url, block: false })],
  ["a prefix", (url: string) => ({ prefix: url })],
])("%s leaves labels and rows", async (_, order) => {
  const { pictures } = await catalogue(3);
  const [first] = pictures;
  await takeDown(order(first?.url ?? ""));
  expect(await hasLabels(first?.id ?? "")).toBe(true);
  expect(await shown(first?.id ?? "")).not.toBeNull();
});

test.each(["1.x", "2.99-", "2.x", "2.1-", "3.0-"])("cursor %s is refused", async (cursor) => {
  const order = await signed("/purge", { source: freshSource(), cursor });
  await expect(purge(order, app, caller, job)).rejects.toMatchObject({ reason: "body_invalid" });
});
