import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type Labels, labelsKey } from "../../../src/catalogue/recognition/labels.ts";
import { messagesOf, parseRecogniseOrder } from "../../../src/catalogue/recognition/order.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { ledgerOf, storedLabels, storeLabels } from "../../../src/jobs/recognise/access.ts";
import { labelsOf, recognise } from "../../../src/jobs/recognise.ts";
import { unrecognised } from "../../../src/jobs/unrecognised.ts";
import { changeLedger } from "../../../src/live/ledger.ts";
import { withPurge } from "../../../src/live/takedown.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { jpegOf, worldOf } from "../../support/world.workerd.ts";

const CONFIG = parseConfig({
  ...{ ALLOWED_SOURCES: "pictures.test", REGIONS: "enam,weur,apac", LABELS_SECRET: "s", AWS_ACCESS_KEY_ID: "a" },
  ...{ AWS_SECRET_ACCESS_KEY: "b", REKOGNITION_ENDPOINT: "https://labels.test/", LABELS_PER_SECOND: "1000" },
});
const ANSWER = {
  LabelModelVersion: "3.0",
  Labels: [
    { Name: "Cat", Confidence: 99 },
    { Name: "Men", Confidence: 99 },
  ],
};
let made = 0;

/** A picture, and services that answer with `answers` in turn, then with labels. */
async function scene(answers: readonly (() => Response | Promise<Response>)[] = [], [width, height] = [300, 200]) {
  const id = `picture ${made++}`;
  const picture = { id, url: `https://pictures.test/${id.replace(" ", "-")}.jpg` };
  const { app: base, caller, job } = worldOf({ config: CONFIG, caller: { audience: "job" } });
  const jpeg = await jpegOf(width, height);
  let calls = 0;
  const fetch = async (input: RequestInfo | URL) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    if (host === "pictures.test") return new Response(jpeg as Uint8Array<ArrayBuffer>);
    return answers[calls++]?.() ?? Response.json(ANSWER);
  };
  const app = { ...base, fetch };
  const [order] = messagesOf([picture], { origin: "https://img.test", region: "weur" });
  if (order === undefined) throw new Error("no message");
  const ledger = ledgerOf(app);
  const open = async (micros: number) => ledger?.open(id, micros, [id]);
  const run = (kind: typeof recognise = recognise) => kind.run(order, app, caller, job);
  const stored = () => storedLabels(env.R2_PRIMARY, id);
  return {
    id,
    picture,
    open,
    run,
    stored,
    calls: () => calls,
    spent: async () => (await ledger?.spending(id))?.spentMicros,
  };
}

const failing = (status: number, type: string) => () => Response.json({ __type: type }, { status });

test("a picture is recognised once, however often its message comes", async () => {
  const { id, open, run, stored, calls, spent } = await scene();
  await run();
  expect([await stored(), calls()]).toEqual([null, 0]);
  await open(5_000);
  for (let times = 0; times < 3; times++) await run();
  expect(await stored()).toMatchObject({
    id,
    status: "done",
    modelVersion: "3.0",
    labels: [{ name: "Cat", display: true }],
  });
  await open(5_000);
  await run();
  expect([calls(), await spent()]).toEqual([1, 1_000]);
  expect(await (await env.R2_PRIMARY.get(await labelsKey(id)))?.text()).not.toMatch(/men/i);
});

test.each<[string, readonly (() => Response)[], number, Partial<Labels> | null, number, number]>([
  ["throttled, then well", [failing(400, "ThrottlingException")], 9_000, { status: "done" }, 2, 1_000],
  ["failed, then well", [failing(500, "InternalServerError")], 9_000, { status: "done" }, 2, 1_000],
  ["an answer that cannot be read counts as paid", [() => new Response("<html>")], 9_000, { status: "done" }, 2, 2_000],
  ["refused", [failing(400, "InvalidImageFormatException")], 9_000, { status: "refused" }, 1, 0],
  ["no money", [], 999, { status: "failed", reason: "over-budget" }, 0, 0],
])("%s", async (_, answers, micros, expected, calls, spent) => {
  const own = await scene(answers);
  await own.open(micros);
  await own.run();
  expect(await own.stored()).toMatchObject(expected ?? {});
  expect([own.calls(), await own.spent()]).toEqual([calls, spent]);
});

test.each([
  ["80 pixels", [80, 120], "done"],
  ["79 pixels", [79, 120], "refused"],
] as const)("a short side of %s", async (_, [width, height], status) => {
  const own = await scene([], [width, height]);
  await own.open(1_000);
  await own.run();
  expect(await own.stored()).toMatchObject({ status, ...(status === "refused" ? { reason: "too-small" } : {}) });
});

test("wrong keys are no fault of the picture: its message comes again, and ends as failed", async () => {
  const own = await scene([failing(403, "AccessDeniedException")]);
  await own.open(9_000);
  await expect(own.run()).rejects.toMatchObject({ reason: "misconfigured" });
  expect(await own.stored()).toBeNull();
  await own.run(unrecognised);
  await own.run(unrecognised);
  expect(await own.stored()).toMatchObject({ status: "failed", reason: "dead-letter", labels: [] });
  // It may be ordered again.
  await own.open(9_000);
  await own.run();
  expect([(await own.stored())?.status, await own.spent()]).toEqual(["done", 1_000]);
});

test("a picture that is taken down while the service is asked keeps no labels", async () => {
  const target = { host16: "", source32: "" };
  const own = await scene([
    async () => {
      await changeLedger(env, (s) => withPurge(s, target, true, Date.now()), Date.now());
      return Response.json(ANSWER);
    },
  ]);
  Object.assign(target, await sourceKeys(own.picture.url));
  await own.open(9_000);
  await own.run();
  expect(await own.stored()).toMatchObject({ status: "refused", reason: "blocked", labels: [] });
  expect(await own.spent()).toBe(1_000);
});

test("labels of another model are replaced", async () => {
  const own = await scene();
  const old = { provider: "rekognition", model: "rekognition-labels-2" };
  await storeLabels(env.R2_PRIMARY, await labelsOf(own.picture, { status: "done", reason: null }, old, 1));
  await own.open(9_000);
  await own.run();
  expect([await own.stored(), own.calls()]).toMatchObject([{ model: "rekognition-labels-3" }, 1]);
});

test("messages have ten pictures at most, and others cannot be read", () => {
  const pictures = Array.from({ length: 21 }, (_, i) => ({ id: `${i}`, url: "https://a.test/" }));
  const messages = messagesOf(pictures, { origin: "https://img.test", region: "weur" });
  expect(messages.map((message) => message.pictures.length)).toEqual([10, 10, 1]);
  for (const message of messages) expect(parseRecogniseOrder(structuredClone(message))).toEqual(message);
  for (const body of [null, 1, {}, { ...messages[0], v: 2 }, { ...messages[0], pictures: [{ id: "" }] }]) {
    expect(parseRecogniseOrder(body)).toBeNull();
  }
});
