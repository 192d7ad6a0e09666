import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MemoryReservation } from "../../../src/concurrency/memoryReservation.ts";
import { readSource } from "../../../src/rendition/fetchOriginal.ts";
import { sourceKeys } from "../../../src/store/key.ts";
import { writeSourceMeta } from "../../../src/store/sourceMeta.ts";
import { brokenService, slowService } from "../../support/brokenService.ts";
import {
  configWith,
  freshSource,
  jpegOf,
  orderOf,
  scopeOf,
  type TestScope,
  wantedOf,
} from "../../support/scope.workerd.ts";
import { metaOf, NOW } from "../../support/stored.ts";

afterEach(() => vi.restoreAllMocks());

/** Answers as told and writes down the validators it was asked with. */
function sourceIs(answer: (url: string) => Response | Promise<Response>): (string | null)[] {
  const asked: (string | null)[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    asked.push(new Headers(init?.headers).get("if-none-match"));
    return answer(String(input));
  });
  return asked;
}

const HELD = { bytes: new Uint8Array(3), meta: metaOf({ freshUntil: NOW }) };

async function read(source: string, scope: TestScope, held: typeof HELD | null = null) {
  const room = new MemoryReservation(scope.isolate.bytes(scope.config), scope.priority);
  return readSource(await orderOf(wantedOf(source), scope, held), room).finally(() => room.leave());
}

async function knowFacts(source: string, v = "0badcafe"): Promise<void> {
  await writeSourceMeta(env.THUMBS, (await sourceKeys(source)).facts, {
    ...{ v, at: NOW, width: 4, height: 3, orientation: 1, format: "jpeg", bytes: 1 },
    ...{ etag: '"one"', lastModified: null },
  });
}

describe("asking again for a picture in hand", () => {
  const unchanged = () => new Response(null, { status: 304, headers: { "cache-control": "max-age=7200" } });

  test("with the validators of its version: 304 renews it", async () => {
    const source = freshSource();
    await knowFacts(source);
    const asked = sourceIs(unchanged);
    const got = await read(source, scopeOf(), HELD);
    expect(asked).toEqual(['"one"']);
    expect(got).toEqual({
      kind: "same",
      renewed: { ...HELD, meta: { ...HELD.meta, storedAt: NOW, freshUntil: NOW + 7_200_000 } },
    });
  });

  test.each([
    ["KV fails", { THUMBS: brokenService(env.THUMBS) }, "0badcafe"],
    ["KV hangs", { THUMBS: slowService(env.THUMBS, 3_000) }, "0badcafe"],
    ["the facts are of another version", {}, "00000002"],
  ])("%s: for all of it", async (_, bindings, v) => {
    const source = freshSource();
    await knowFacts(source, v);
    const picture = await jpegOf(8, 8);
    const asked = sourceIs(() => new Response(picture));
    const got = await read(source, scopeOf(bindings), HELD);
    expect([asked, got.kind]).toEqual([[null], "bytes"]);
  });
});

test("a redirect to what was taken down is blocked, the first address being none", async () => {
  const [from, to] = [freshSource(), freshSource()];
  const picture = await jpegOf(8, 8);
  sourceIs((url) => (url === from ? Response.redirect(to, 302) : new Response(picture)));
  const { source32 } = await sourceKeys(to);
  const config = configWith({ blocked: { sources: new Set([source32]), hosts: new Set() } });
  await expect(read(from, scopeOf({}, { config }))).rejects.toMatchObject({ reason: "blocked" });
  expect((await read(to, scopeOf())).kind).toBe("bytes");
});

test("what the source said is in the trace, whichever way it ended", async () => {
  const scope = scopeOf();
  sourceIs(() => new Response("gone", { status: 410 }));
  await expect(read(freshSource(), scope)).rejects.toMatchObject({ reason: "source_missing" });
  expect(scope.trace.sourceStatus).toBe(410);
  expect(scope.trace.stages.origin).toBeDefined();
});
