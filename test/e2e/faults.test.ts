/**
 * What a user gets and what is stored when a source fails, row by row: with nothing stored, with a fresh picture
 * stored, and with a stale one. The Worker is the built one; sources are real servers; only its clock is moved.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sourceKeys } from "../../src/store/schema/key.ts";
import { type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { createAuthority } from "../support/sources/authority.ts";
import { jpegOf, meanColour } from "../support/sources/picture.ts";
import { type SourceServer, startSource } from "../support/sources/server.ts";
import { type Answer, askFor, inTurn, renditions, settled } from "./asking.ts";

const RED = { r: 200, g: 40, b: 40 };
const BLUE = { r: 40, g: 40, b: 200 };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Past freshness (an hour) and stale-while-revalidate (7 days), within stale-if-error (a year). */
const LONG_AFTER = 20 * DAY;

const authority = createAuthority();
let red: Uint8Array;
let blue: Uint8Array;
let edge: FaultyEdge;

type Row = {
  readonly name: string;
  /** Makes the source ill. */
  readonly harm: (source: SourceServer) => unknown;
  /** What a user gets who asks for a picture that is not stored. */
  readonly cold: readonly [status: number, code: string];
  /** How long that answer may be kept, in seconds. */
  readonly kept: number;
  /** Over HTTPS (loopback sources keep plain HTTP). */
  readonly https?: boolean;
};

const force = (fault: string) => (source: SourceServer) => source.force(fault);

const ROWS: readonly Row[] = [
  { name: "down", harm: (source) => source.close(), cold: [502, "source_unreachable"], kept: 30 },
  { name: "reset before the answer", harm: force("reset"), cold: [502, "source_unreachable"], kept: 30 },
  { name: "silent", harm: force("silent-headers"), cold: [504, "source_timeout"], kept: 30 },
  { name: "slow: a byte at a time", harm: force("drip"), cold: [504, "source_timeout"], kept: 30 },
  { name: "stuck in the middle", harm: force("silent-body"), cold: [504, "source_timeout"], kept: 30 },
  { name: "truncated", harm: force("cut-body"), cold: [200, ""], kept: 60 },
  { name: "reset in the middle", harm: force("reset-body"), cold: [200, ""], kept: 60 },
  { name: "truncated and no picture", harm: force("cut-html"), cold: [502, "source_broken"], kept: 30 },
  { name: "a page instead of a picture", harm: force("html"), cold: [415, "not_an_image"], kept: 300 },
  { name: "nothing instead of a picture", harm: force("empty"), cold: [415, "not_an_image"], kept: 300 },
  { name: "a bomb", harm: force("gzip-bomb"), cold: [413, "source_too_many_bytes"], kept: 3600 },
  { name: "401", harm: force("status/401"), cold: [502, "source_refused"], kept: 30 },
  { name: "403", harm: force("status/403"), cold: [502, "source_refused"], kept: 30 },
  { name: "404", harm: force("status/404"), cold: [404, "source_missing"], kept: 300 },
  { name: "410", harm: force("status/410"), cold: [404, "source_missing"], kept: 300 },
  { name: "429", harm: force("status/429"), cold: [502, "source_refused"], kept: 30 },
  { name: "500", harm: force("status/500"), cold: [502, "source_failed"], kept: 30 },
  { name: "503", harm: force("status/503"), cold: [502, "source_failed"], kept: 30 },
  { name: "redirects to a private address", harm: force("to-private"), cold: [403, "address_private"], kept: -1 },
  { name: "redirects in a circle", harm: force("loop"), cold: [502, "source_redirects"], kept: 30 },
  {
    name: "its certificate became a stranger's",
    harm: (source) => source.setAuthority(createAuthority("A stranger")),
    cold: [502, "source_tls"],
    kept: 30,
    https: true,
  },
];

/** What was seen of a row; the tests only look at it. */
type Seen = {
  readonly whole: Answer;
  readonly cold: Answer;
  readonly fresh: Answer;
  readonly stale: Answer;
  readonly far: Answer;
  /** Requests the source got between harm and clock, and from then on. */
  readonly askedWhileFresh: number;
  /** Stored things of the row: its known and its unknown picture, by source hash. */
  readonly known: string;
  readonly unknown: string;
};

const seen = new Map<string, Seen>();
let before: readonly string[];
let after: readonly string[];
let last: readonly string[];

/** All rows go through each phase side by side: the clock is one for all. */
async function watch(): Promise<void> {
  const address = (row: Row, source: SourceServer, name: string) =>
    row.https ? `https://127.0.0.1:${source.https}/many/${name}` : `http://127.0.0.1:${source.http}/many/${name}`;
  const sources = await Promise.all(ROWS.map(() => startSource({ picture: red, authority })));
  const each = ROWS.map((row, i) => ({ row, source: sources[i] as SourceServer }));
  const known = (at: (typeof each)[number]) => askFor(edge.url, address(at.row, at.source, "known"));
  try {
    const whole = await inTurn(each, 6, known);
    before = await settled(edge);
    for (const { row, source } of each) await row.harm(source);
    const cold = await inTurn(each, 6, ({ row, source }) => askFor(edge.url, address(row, source, "unknown")));
    after = await settled(edge);
    const counts = each.map(({ source }) => source.seen.length);
    const fresh = await inTurn(each, 6, known);
    const asked = each.map(({ source }, i) => source.seen.length - (counts[i] ?? 0));
    await edge.set({ clock: LONG_AFTER });
    const stale = await inTurn(each, 6, known);
    last = await settled(edge);
    // The same without what this data centre remembers.
    await edge.set({ clock: LONG_AFTER + HOUR, edge: "fail" });
    const far = await inTurn(each, 6, known);
    for (const [i, { row, source }] of each.entries()) {
      const hashes = await Promise.all(["known", "unknown"].map((name) => sourceKeys(address(row, source, name))));
      seen.set(row.name, {
        whole: whole[i] as Answer,
        cold: cold[i] as Answer,
        fresh: fresh[i] as Answer,
        stale: stale[i] as Answer,
        far: far[i] as Answer,
        askedWhileFresh: asked[i] ?? 0,
        known: hashes[0]?.source32 ?? "",
        unknown: hashes[1]?.source32 ?? "",
      });
    }
  } finally {
    await Promise.all(sources.map((source) => source.close().catch(() => {})));
    await edge.set({});
  }
}

beforeAll(async () => {
  [red, blue, edge] = await Promise.all([
    jpegOf(RED),
    jpegOf(BLUE),
    startFaultyEdge({
      root: authority.root,
      vars: {
        ALLOWED_SOURCES: "127.0.0.1",
        ALLOW_LOOPBACK_SOURCES: "true",
        SOURCE_TIMEOUT_MS: "2500",
        MAX_SOURCE_BYTES: String(1 << 20),
      },
    }),
  ]);
  await watch();
}, 120_000);
afterAll(async () => {
  await edge?.stop();
});

describe.each(ROWS)("a source: $name", ({ name, cold, kept }) => {
  const of = (): Seen => {
    const row = seen.get(name);
    if (row === undefined) throw new Error(`nothing was seen of ${name}`);
    return row;
  };
  const about = (hash: string, keys: readonly string[]) => keys.filter((key) => key.includes(hash));

  test("nothing stored: the answer of the table, and a picture is stored only if there was one", () => {
    const { whole, cold: answer, unknown } = of();
    expect([whole.status, whole.detail]).toEqual([200, "miss"]);
    expect([answer.status, answer.code]).toEqual(cold);
    expect(answer.maxAge).toBeLessThanOrEqual(kept);
    expect(answer.maxAge).toBeGreaterThanOrEqual(kept - 5);
    expect(about(unknown, renditions(after)).length > 0).toBe(cold[0] === 200);
    // Neither half a picture nor a failure is a version of the source.
    expect(about(unknown, after).filter((key) => key.startsWith("THUMBS f/"))).toEqual([]);
  });

  test("stored and fresh: served without the source", () => {
    const { fresh, whole, askedWhileFresh } = of();
    expect([fresh.status, fresh.detail]).toEqual([200, "edge"]);
    expect(fresh.bytes).toEqual(whole.bytes);
    expect(askedWhileFresh).toBe(0);
  });

  test("stored and long stale: the old picture, whole, here and in the next data centre", () => {
    const { stale, far, whole } = of();
    expect([stale.status, stale.detail]).toEqual([200, "stale-if-error"]);
    expect(stale.bytes).toEqual(whole.bytes);
    expect(stale.maxAge).toBeLessThanOrEqual(60);
    expect([far.status, far.detail]).toEqual([200, "stale-if-error"]);
    expect(far.bytes).toEqual(whole.bytes);
  });

  test("nothing that was stored is lost", () => {
    const was = about(of().known, before);
    expect(renditions(was).length).toBeGreaterThanOrEqual(2);
    expect(was.filter((key) => !after.includes(key))).toEqual([]);
    expect(renditions(was).filter((key) => !last.includes(key))).toEqual([]);
  });
});

describe("a source that changes", () => {
  const isRed = ({ r, b }: { r: number; b: number }) => r > b;

  test("old sizes do not stand beside new ones, and a cut new file does not replace the old", async () => {
    const source = await startSource({ picture: red, authority });
    const address = `http://127.0.0.1:${source.http}/many/changing`;
    const colour = async (width: number) => isRed(await meanColour((await askFor(edge.url, address, width)).bytes));
    expect([await colour(160), await colour(320)]).toEqual([true, true]);
    await settled(edge);

    // Stale while revalidated: the old one once more, the new one behind it.
    source.setPicture(blue);
    await edge.set({ clock: 2 * HOUR });
    expect(await colour(160)).toBe(true);
    await settled(edge);
    await expect.poll(() => colour(160), { timeout: 5_000 }).toBe(false);
    // The other size is known to be of another version by now, in every store but this data centre's own cache.
    await edge.set({ clock: 2 * HOUR, edge: "fail" });
    await expect.poll(() => colour(320), { timeout: 5_000 }).toBe(false);

    // Cut from now on: what is whole stays.
    source.setPicture(red);
    source.force("cut-body");
    await edge.set({ clock: 2 * HOUR + LONG_AFTER, edge: "fail" });
    const answer = await askFor(edge.url, address, 160);
    expect([answer.detail, isRed(await meanColour(answer.bytes, 0.6, 0.9))]).toEqual(["stale-if-error", false]);
    await source.close();
    await edge.set({});
  });
});

describe("a failure that is remembered", () => {
  test("is a hit of ours: the source is not asked, and nobody keeps it longer than we do", async () => {
    const source = await startSource({ picture: red, authority });
    const address = `http://127.0.0.1:${source.http}/status/404?remembered`;
    const [first, size] = [await askFor(edge.url, address), await askFor(edge.url, address, 320)];
    expect([first.status, first.detail, first.maxAge]).toEqual([404, "miss", 300]);
    expect([size.status, size.code, size.detail]).toEqual([404, "source_missing", "negative"]);
    expect(size.maxAge).toBeLessThanOrEqual(300);
    expect(source.seen.length).toBe(1);
    await edge.set({ clock: 200_000 });
    const later = await askFor(edge.url, address);
    expect([later.status, later.detail]).toEqual([404, "negative"]);
    expect(later.maxAge).toBeLessThanOrEqual(100);
    await source.close();
    await edge.set({});
  });

  test("429 with Retry-After holds as long as the source asks for", async () => {
    const source = await startSource({ picture: red, authority });
    const answer = await askFor(edge.url, `http://127.0.0.1:${source.http}/status/429?after=120`);
    expect([answer.code, answer.maxAge]).toEqual(["source_refused", 120]);
    await source.close();
  });

  test("is not kept past the time at which its URL expires", async () => {
    const source = await startSource({ picture: red, authority });
    const picture = encodeURIComponent(`http://127.0.0.1:${source.http}/status/404?expiring`);
    const expires = Math.floor(Date.now() / 1000) + 20;
    const answer = await fetch(`${edge.url}/insecure/exp:${expires}/rs:fit:160/plain/${picture}`);
    const maxAge = Number(/max-age=(\d+)/.exec(answer.headers.get("cache-control") ?? "")?.[1]);
    expect([answer.status, answer.headers.get("cache-status")]).toEqual([404, "firstlight; fwd=miss; fwd-status=404"]);
    expect(maxAge).toBeLessThanOrEqual(20);
    expect(maxAge).toBeGreaterThan(10);
    await source.close();
  });
});
