/** AVIF from the second view on: the views of readers and the queue's job, on real stores and with the real encoder. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { newIsolateState } from "../../../src/context/isolateState.ts";
import { Failure } from "../../../src/errors.ts";
import { image } from "../../../src/handlers/image.ts";
import { warmPicture } from "../../../src/handlers/warm/warmPicture.ts";
import { encodeInTurn } from "../../../src/heavy/encodeInTurn.ts";
import { encodeJpeg } from "../../../src/image/formats/jpeg/encode.ts";
import type { AvifOrder, HeavyWorker } from "../../../src/image/heavy.ts";
import { sniff } from "../../../src/image/sniff.ts";
import { dispatch } from "../../../src/jobs/dispatch.ts";
import { NO_SETTINGS } from "../../../src/live/liveSettings.ts";
import { asAvif, canonicalOptions } from "../../../src/request/canonical.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";
import { signPath } from "../../../src/request/signing/signature.ts";
import { failureAnswer } from "../../../src/respond/headers.ts";
import { purgeStep } from "../../../src/store/purge.ts";
import { renditionKey, sourceKeys, verdictKey } from "../../../src/store/schema/key.ts";
import { purgeStores } from "../../../src/store/tierTable.ts";
import { newTrace } from "../../../src/telemetry.ts";
import { BINDINGS, CONFIG, freshSource, worldOf } from "../../support/world.workerd.ts";

const AVIF = "image/avif,image/webp,*/*";
const WEBP = "image/webp";
const ON: Config = { ...CONFIG, avif: "second-view" };
const HOUR_S = 3_600;
afterEach(() => vi.restoreAllMocks());

/** A smooth picture with some detail: its AVIF is much smaller than its WebP. */
let photo: Uint8Array;
/** The same, other bytes. */
let other: Uint8Array;
beforeAll(async () => {
  const drawn = (shift: number) => {
    const data = new Uint8Array(160 * 120 * 4).fill(255);
    for (let y = 0; y < 120; y++) {
      for (let x = 0; x < 160; x++) {
        const at = 4 * (160 * y + x);
        const wave = 40 * Math.sin((x + shift) / 5) * Math.cos(y / 7) + 20 * Math.sin((x * y) / 90);
        data[at] = 120 + wave;
        data[at + 1] = 90 + y / 2 + wave / 2;
        data[at + 2] = 60 + x / 2;
      }
    }
    return encodeJpeg({ width: 160, height: 120, data, alpha: false }, 95);
  };
  [photo, other] = await Promise.all([drawn(0), drawn(3)]);
});

type Meanwhile = () => unknown;

/** A deployment: isolates that share stores and a queue. */
function deployment(config: Config = ON) {
  const messages: unknown[] = [];
  const orders: AvifOrder[] = [];
  let meanwhile: Meanwhile = () => undefined;
  const heavy: Pick<HeavyWorker, "avif"> = {
    async avif(pixels, order, begun) {
      orders.push(order);
      const answer = await encodeInTurn(pixels, order, begun);
      await meanwhile();
      return answer;
    },
  };
  const bindings = {
    AVIF_JOBS: { send: async (message: unknown) => void messages.push(structuredClone(message)) },
    HEAVY: heavy,
  } as unknown as Partial<Env>;
  const served = { bytes: photo };
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(served.bytes.slice()));
  vi.spyOn(console, "log").mockImplementation(() => {});
  const source = freshSource();
  const address = `https://img.test/photon/${source.replace("https://", "")}?ssl=1&w=160`;
  const isolates = [1, 2, 3, 4].map(() => newIsolateState());
  const jobState = newIsolateState();
  async function view(place: string, accept = AVIF, isolate = 0) {
    const origin = `https://img.test/.at/${place}`;
    const world = worldOf({ bindings, config, caller: { colo: place, cacheOrigin: origin }, now: () => Date.now() });
    const app = { ...world.app, state: isolates[isolate] ?? newIsolateState(), latestConfig: async () => config };
    const answer = await image(new Request(address, { headers: { accept } }), app, world.caller, world.job);
    const bytes = new Uint8Array(await new Response(answer.body as BodyInit).arrayBuffer());
    await world.settled();
    const maxAge = Number(/max-age=(\d+)/.exec(answer.headers["cache-control"] ?? "")?.[1]);
    return { format: sniff(bytes), maxAge, hit: world.job.trace.hit, asked: world.job.trace.asked, bytes };
  }
  async function consume(message = messages.shift()) {
    let outcome: "ack" | "retry" = "ack";
    const one = { body: message, attempts: 1, id: "m", ack: () => {}, retry: () => (outcome = "retry") };
    const vars = { ...BINDINGS, AVIF: config.avif, ALLOWED_SOURCES: "pictures.test", ...bindings } as unknown as Env;
    const deps = { now: () => Date.now(), fetch, state: jobState, bindings: vars };
    await dispatch({ queue: "firstlight-avif", messages: [one] } as unknown as MessageBatch, deps, { waitUntil() {} });
    return outcome;
  }
  /** What is stored of the picture: keys in the primary, and what is said of its AVIF. */
  async function stored() {
    const keys = await sourceKeys(source);
    const request = await readImageRequest(address, AVIF, config, Date.now());
    const key = await renditionKey(keys, canonicalOptions(request));
    const avif = await renditionKey(keys, canonicalOptions(asAvif(request)));
    const [verdict, primary, region] = await Promise.all([
      env.R2_PRIMARY.get(verdictKey(key)).then((object) => object?.text()),
      env.R2_PRIMARY.head(avif),
      env.R2_WEUR.head(avif),
    ]);
    const state = verdict === undefined ? null : (JSON.parse(verdict) as { state: string }).state;
    return { state, primary: primary !== null, region: region !== null, key, avif };
  }
  async function warm(accept: string) {
    const caller = { audience: "warm", region: "apac", isRateLimited: false } as const;
    const world = worldOf({ bindings, config, caller, now: () => Date.now() });
    const request = await readImageRequest(address, accept, config, Date.now());
    const trace = newTrace("warm", "apac", "");
    const { outcome } = await warmPicture(
      { request, trace },
      world.app,
      world.caller,
      world.job,
      Number.MAX_SAFE_INTEGER,
    );
    await world.settled();
    return outcome;
  }
  /** Two views past the edge leave a copy in KV, the third one finds it. */
  async function order() {
    await view("a");
    await view("b");
    await view("c");
  }
  return {
    ...{ messages, orders, source, served, view, consume, stored, order, warm },
    during: (what: Meanwhile) => (meanwhile = what),
    /** What the isolate of the job hears of the live settings. */
    live: (settings: object) =>
      jobState.liveConfig.replace(JSON.stringify({ ...NO_SETTINGS, ...settings }), Date.now()),
  };
}

describe("who orders", () => {
  test("a picture that is seen once orders nothing, and neither does its second view: that leaves the copy in KV", async () => {
    const { view, messages } = deployment();
    expect(await view("a")).toMatchObject({ format: "webp", hit: null });
    expect(await view("a")).toMatchObject({ format: "webp", hit: "edge" });
    expect(await view("b")).toMatchObject({ format: "webp", hit: "region" });
    expect(messages).toEqual([]);
    await view("c");
    expect(messages).toHaveLength(1);
  });
  test("readers who take no AVIF order none", async () => {
    const { view, messages } = deployment();
    for (const place of ["a", "b", "c", "d"]) await view(place, WEBP);
    expect(messages).toEqual([]);
  });
  test("off: nothing is ordered, and lifetimes are as ever", async () => {
    const { view, messages } = deployment(CONFIG);
    for (const place of ["a", "b", "c", "d"]) expect((await view(place)).maxAge).toBeGreaterThan(HOUR_S);
    expect(messages).toEqual([]);
  });
  test("many views from four isolates order one, and an order of yesterday is given again", async () => {
    const { order, view, messages, stored } = deployment();
    await order();
    const views = Array.from({ length: 40 }, (_, i) => view(`place-${i}`, AVIF, i % 4));
    await Promise.all(views);
    expect(messages).toHaveLength(1);
    const { key } = await stored();
    const asked = { state: "asked", hash: (messages[0] as { hash: string }).hash };
    const put = (at: number) => env.R2_PRIMARY.put(verdictKey(key), JSON.stringify({ ...asked, at }));
    const day = 86_400_000;
    await put(Date.now() - day + 60_000);
    await deploymentView(view, "later", 2);
    expect(messages).toHaveLength(1);
    await put(Date.now() - day);
    await deploymentView(view, "latest", 9);
    expect(messages).toHaveLength(2);
  });
});

/** A view by an isolate that knows nothing of the picture. */
const deploymentView = (view: ReturnType<typeof deployment>["view"], place: string, salt: number) =>
  view(`${place}-${salt}`, AVIF, 9);

describe("the verdict", () => {
  test("stored: readers who take AVIF get it with one look-up of the edge, others get the WebP", async () => {
    const { order, view, consume, stored, messages, orders } = deployment();
    await order();
    expect((await view("d")).maxAge).toBeLessThanOrEqual(HOUR_S);
    expect(await consume()).toBe("ack");
    expect(await stored()).toMatchObject({ state: "stored", primary: true, region: true });
    const first = await view("e");
    expect(first).toMatchObject({ format: "avif" });
    expect(first.maxAge).toBeGreaterThan(HOUR_S);
    const again = await view("e");
    expect(again).toMatchObject({ format: "avif", hit: "edge" });
    expect(again.asked.map(({ tier }) => tier)).toEqual(["edge"]);
    const webp = await view("e", WEBP);
    expect(webp.format).toBe("webp");
    expect(again.bytes.length).toBeLessThanOrEqual(0.92 * webp.bytes.length);
    expect(messages).toEqual([]);
    expect(orders).toHaveLength(1);
  });
  test("not smaller: one job ever, and the full lifetime returns", async () => {
    const { order, view, consume, stored, messages, orders, served } = deployment();
    // Nothing but one grey: no AVIF is smaller than such a WebP.
    served.bytes = await encodeJpeg(
      { width: 160, height: 120, data: new Uint8Array(160 * 120 * 4).fill(128), alpha: false },
      90,
    );
    await order();
    await consume();
    expect(await stored()).toMatchObject({ state: "not-smaller", primary: false });
    for (let i = 0; i < 8; i++) await deploymentView(view, "grey", i);
    const seen = await view("grey-1", AVIF, 9);
    expect(seen).toMatchObject({ format: "webp", hit: "edge" });
    expect(seen.maxAge).toBeGreaterThan(HOUR_S);
    expect(messages).toEqual([]);
    expect(orders).toHaveLength(1);
  });
  test("the same message twice makes it once; what cannot be read is dropped", async () => {
    const { order, consume, messages, orders } = deployment();
    await order();
    const [message] = messages;
    await consume(message);
    expect(await consume(message)).toBe("ack");
    expect(orders).toHaveLength(1);
    for (const body of [
      "?",
      null,
      { ...(message as object), key: "2/t/0/0/0" },
      { ...(message as object), transform: {} },
    ]) {
      expect(await consume(body)).toBe("ack");
    }
    expect(orders).toHaveLength(1);
  });
});

describe("a push for readers who take AVIF", () => {
  test("brings the AVIF to the region beside the WebP; one for readers of WebP does not", async () => {
    const { order, consume, stored, warm } = deployment();
    await order();
    await consume();
    const { key, avif } = await stored();
    const inApac = async () =>
      [await env.R2_APAC.head(key), await env.R2_APAC.head(avif)].map((found) => found !== null);
    expect(await warm(WEBP)).toBe("made");
    expect(await inApac()).toEqual([true, false]);
    expect(await warm(AVIF)).toBe("present");
    expect(await inApac()).toEqual([true, true]);
  });
});

describe("an address that names AVIF", () => {
  const KEY = "00112233";
  const signedConfig = (avif: "off" | "second-view") =>
    parseConfig({ SIGNING_KEYS: KEY, SIGNING_SALTS: KEY, AVIF: avif });
  async function ask(heavy: Pick<HeavyWorker, "avif">, avif: "off" | "second-view" = "second-view") {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(photo.slice()));
    const bytes = Uint8Array.of(0x00, 0x11, 0x22, 0x33);
    const pair = { key: bytes, salt: bytes };
    const path = `/w:160/f:avif/plain/${encodeURIComponent(freshSource())}`;
    const url = `https://img.test/${await signPath(path, pair)}${path}`;
    const bindings = { HEAVY: heavy } as unknown as Partial<Env>;
    const world = worldOf({ bindings, config: signedConfig(avif), now: () => Date.now() });
    const answer = await image(new Request(url), world.app, world.caller, world.job).catch((error: Failure) => error);
    await world.settled();
    return answer;
  }
  test("gets it from the heavy Worker, with its own quality", async () => {
    const answer = await ask({ avif: encodeInTurn });
    if (answer instanceof Failure) throw answer;
    expect(answer.shared.get("content-type")).toBe("image/avif");
    expect(answer.shared.get("vary")).toBeNull();
    expect(sniff(new Uint8Array(await new Response(answer.body as BodyInit).arrayBuffer()))).toBe("avif");
  });
  test("gets 503 with Retry-After when the heavy Worker fails, never a WebP", async () => {
    const answer = await ask({ avif: () => Promise.reject(new Error("exceeded CPU")) });
    expect(answer).toMatchObject({ reason: "encoder_unavailable", facts: { retryAfter: 5 } });
    expect(failureAnswer(answer as Failure, Date.now())).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
  });
  test("gets 400 while AVIF is off", async () => {
    expect(await ask({ avif: encodeInTurn }, "off")).toMatchObject({ reason: "option_invalid" });
  });
});

describe("between message and verdict", () => {
  const purgeOf = async (source: string) => {
    const step = await purgeStep({ kind: "source", source }, { stores: purgeStores(env), cursor: null });
    expect(step.done).toBe(true);
  };
  test("a purge before the job stores nothing", async () => {
    const { order, consume, stored, source, orders } = deployment();
    await order();
    await purgeOf(source);
    expect(await consume()).toBe("ack");
    expect(await stored()).toMatchObject({ state: null, primary: false, region: false });
    expect(orders).toEqual([]);
  });
  test.each(["blocked", "epochs"] as const)(
    "a takedown or purge that this isolate hears of while it is encoded: %s",
    async (kind) => {
      const { order, consume, stored, source, during, live } = deployment();
      await order();
      const { host16, source32 } = await sourceKeys(source);
      const blocked = { sources: [source32], hosts: [] };
      during(() => live(kind === "blocked" ? { blocked } : { epochs: { [host16]: Date.now() } }));
      await consume();
      expect(await stored()).toMatchObject({ state: "asked", primary: false, region: false });
      live({});
    },
  );
  test("a purge while it is encoded stores nothing, whether or not the settings have come", async () => {
    const { order, consume, stored, source, during } = deployment();
    await order();
    during(() => purgeOf(source));
    await consume();
    expect(await stored()).toMatchObject({ state: null, primary: false, region: false });
  });
  test("a purge deletes all of it; a purge of one picture does, too", async () => {
    const { order, consume, stored, source } = deployment();
    await order();
    await consume();
    expect(await stored()).toMatchObject({ state: "stored", primary: true });
    await purgeOf(source);
    expect(await stored()).toMatchObject({ state: null, primary: false, region: false });
  });
  test("a source that changes in between makes no mixture", async () => {
    const { order, consume, stored, view, served, source } = deployment();
    await order();
    // The WebP is of the new bytes, the order of the old ones.
    const { key } = await stored();
    served.bytes = other;
    const { original } = await sourceKeys(source);
    await Promise.all([env.R2_PRIMARY.delete(key), env.R2_WEUR.delete(key), env.THUMBS.delete(key)]);
    await Promise.all([env.R2_WEUR.delete(original), env.R2_PRIMARY.delete(original)]);
    await view("f", WEBP, 3);
    expect(await consume()).toBe("ack");
    expect(await stored()).toMatchObject({ state: "asked", primary: false });
    expect(await view("g")).toMatchObject({ format: "webp" });
  });
  test("an AVIF of older bytes is not shown beside a newer WebP", async () => {
    const { order, consume, stored, view, served, source } = deployment();
    await order();
    await consume();
    const { key, primary } = await stored();
    expect(primary).toBe(true);
    served.bytes = other;
    const { original } = await sourceKeys(source);
    await Promise.all([env.R2_PRIMARY.delete(key), env.R2_WEUR.delete(key), env.THUMBS.delete(key)]);
    await Promise.all([env.R2_WEUR.delete(original), env.R2_PRIMARY.delete(original)]);
    expect(await view("h", AVIF, 3)).toMatchObject({ format: "webp", hit: null });
    expect(await view("i", AVIF, 3)).toMatchObject({ format: "webp" });
  });
});
