import { describe, expect, test } from "vitest";
import { type HintGroup, packHints, pathOf } from "../../../warmer/client/pack.ts";
import { parseHint } from "../../../warmer/hint/parseHint.ts";
import { MAX_DATAGRAM_BYTES } from "../../../warmer/hint/protocol.ts";
import { seeded } from "../../support/warmer.ts";

const T = 1_763_760_000_123;
const HEAD = `{"v":1,"t":${T},"r":"weur","p":`;

const path = (bytes: number, n: number): string => `/${n}`.padEnd(bytes, "x");
const many = (count: number, bytes: number): string[] => Array.from({ length: count }, (_, n) => path(bytes, n));
const group = (r: string, paths: string[]): HintGroup => ({ line: { r }, paths });

/** Packs, and checks that the warmer reads every path that was not dropped, exactly once and with its place. */
function pack(groups: readonly HintGroup[], capacity = MAX_DATAGRAM_BYTES): readonly string[] {
  const { datagrams, dropped } = packHints(groups, T, capacity);
  const seen: string[] = [];
  for (const text of datagrams) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(capacity);
    for (const line of text.split("\n")) {
      const hint = parseHint(line);
      if (typeof hint === "string") throw new Error(`${hint}: ${line}`);
      expect(hint.time).toBe(T);
      seen.push(...hint.paths.map((p) => `${hint.place.value} ${p}`));
    }
  }
  const fitting = groups.flatMap(({ line, paths }) => {
    const bytes = Buffer.byteLength(`{"v":1,"t":${T},"p":,${JSON.stringify(line).slice(1)}`);
    return paths.filter((p) => bytes + JSON.stringify(p).length <= capacity).map((p) => `${line.r} ${p}`);
  });
  expect(seen.toSorted()).toEqual(fitting.toSorted());
  expect(dropped).toBe(groups.reduce((sum, { paths }) => sum + paths.length, 0) - fitting.length);
  return datagrams;
}

describe("the fewest datagrams", () => {
  const rows = [
    ["long paths, then medium paths, of one region", [group("weur", [...many(10, 900), ...many(10, 400)])], 10],
    ["medium paths, then long paths", [group("weur", [...many(10, 400), ...many(10, 900)])], 10],
    [
      "long paths of one region, medium paths of another",
      [group("weur", many(8, 800)), group("apac", many(8, 450))],
      8,
    ],
    ["the same regions in the other order", [group("apac", many(8, 450)), group("weur", many(8, 800))], 8],
    ["one path each of two regions", [group("weur", ["/a"]), group("apac", ["/a"])], 1],
    ["nothing", [], 0],
    ["empty groups", [group("weur", []), group("apac", ["/a"]), group("oc", [])], 1],
  ] as const;
  test.each(rows)("%s", (_name, groups, expected) => {
    expect(pack(groups)).toHaveLength(expected);
  });

  test("short paths of many regions: one or two lines per datagram, not one line for each region", () => {
    const regions = Array.from({ length: 30 }, (_, n) => group(`r${n}`, many(60, 40 + (n % 7))));
    const datagrams = pack(regions);
    const lines = datagrams.reduce((sum, text) => sum + text.split("\n").length, 0);
    const bytes = datagrams.reduce((sum, text) => sum + text.length, 0);
    expect(datagrams.length).toBeLessThanOrEqual(Math.ceil((bytes * 1.03) / MAX_DATAGRAM_BYTES));
    expect(lines).toBeLessThan(datagrams.length + 2 * regions.length);
  });

  /** The smallest possible number of datagrams, by trying all packings. */
  function fewest(groups: readonly HintGroup[], capacity: number): number {
    const items = groups.flatMap(({ line, paths }) => paths.map((p) => ({ r: String(line.r), p })));
    let best = items.length;
    const bins: { r: string; p: string }[][] = [];
    const bytes = (bin: typeof items): number => {
      const lines = Object.values(Object.groupBy(bin, ({ r }) => r)).map((own = []) => {
        const list = own.map(({ p }) => JSON.stringify(p)).join();
        return HEAD.length - 4 + (own[0]?.r.length ?? 0) + list.length + (own.length > 1 ? 2 : 0) + 1;
      });
      return lines.reduce((sum, line) => sum + line + 1, -1);
    };
    const put = (at: number): void => {
      const item = items[at];
      if (bins.length >= best) return;
      if (item === undefined) {
        best = bins.length;
        return;
      }
      for (const bin of bins) {
        bin.push(item);
        if (bytes(bin) <= capacity) put(at + 1);
        bin.pop();
      }
      bins.push([item]);
      put(at + 1);
      bins.pop();
    };
    put(0);
    return best;
  }

  /** The number of datagrams of next-fit in the given order. */
  function inOrder(groups: readonly HintGroup[], capacity: number): number {
    let count = 0;
    let left = -1;
    let open = "";
    for (const { line, paths } of groups) {
      for (const p of paths) {
        const alone = HEAD.length - 4 + String(line.r).length + '[""]}\n'.length + p.length;
        const more = open === line.r ? p.length + 3 : alone;
        if (more > left) {
          count++;
          left = capacity - alone;
        } else left -= more;
        open = String(line.r);
      }
    }
    return count;
  }

  test("500 seeded small inputs: at most one datagram more than the minimum, and nearly always the minimum", () => {
    const random = seeded(20261122);
    let above = 0;
    for (let n = 0; n < 500; n++) {
      const groups = ["weur", "apac", "oc"].slice(0, 1 + Math.floor(random() * 3)).map((r) => {
        const paths = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => path(20 + random() * 700, i));
        return group(r, paths);
      });
      const best = fewest(groups, MAX_DATAGRAM_BYTES);
      const got = pack(groups).length;
      if (got > best + 1) expect.fail(`${got} instead of ${best}: ${JSON.stringify(groups)}`);
      if (got > best) above++;
    }
    expect(above).toBeLessThan(10);
  });

  test("300 seeded inputs of up to 300 paths: never more than next-fit, and nearly always fewer", () => {
    const random = seeded(7);
    let fewer = 0;
    for (let n = 0; n < 300; n++) {
      const longest = 60 + random() * 1200;
      const capacity = random() < 0.5 ? MAX_DATAGRAM_BYTES : 1355;
      const groups = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, g) =>
        group(
          `r${g}`,
          Array.from({ length: Math.floor(random() * 50) }, (_, i) => path(4 + random() * longest, i)),
        ),
      );
      const [got, before] = [pack(groups, capacity).length, inOrder(groups, capacity)];
      if (got > before) expect.fail(`${got} instead of ${before}`);
      if (got < before) fewer++;
    }
    expect(fewer).toBeGreaterThan(200);
  });
});

describe("lines", () => {
  test("a line with one path has no list, a line with several has one", () => {
    expect(pack([group("weur", ["/a"]), group("apac", ["/b", "/c"])])).toEqual([
      `{"v":1,"t":${T},"r":"weur","p":"/a"}\n{"v":1,"t":${T},"r":"apac","p":["/b","/c"]}`,
    ]);
  });
  const capacity = MAX_DATAGRAM_BYTES;
  test.each([
    [capacity, 1],
    [capacity + 1, 0],
  ])("one path in a line of %i bytes: %i datagram", (bytes, datagrams) => {
    expect(pack([group("weur", [path(bytes - HEAD.length - '""}'.length, 0)])])).toHaveLength(datagrams);
  });
  test.each([
    [capacity, 1],
    [capacity + 1, 2],
  ])("two paths in a line of %i bytes: %i datagrams", (bytes, datagrams) => {
    const both = bytes - HEAD.length - '["",""]}'.length;
    expect(pack([group("weur", [path(both - 700, 0), path(700, 1)])])).toHaveLength(datagrams);
  });
  test.each([
    [capacity, 1],
    [capacity + 1, 2],
  ])("two lines of %i bytes together: %i datagrams", (bytes, datagrams) => {
    const both = bytes - 2 * (HEAD.length + '""}'.length) - 1;
    expect(pack([group("weur", [path(both - 700, 0)]), group("apac", [path(700, 1)])])).toHaveLength(datagrams);
  });
  test("paths, lines and datagrams keep the given order, by their first path", () => {
    const paths = [...many(3, 400), ...many(4, 900), ...many(30, 60)];
    const lines = pack([group("weur", paths), group("apac", many(5, 300))]).map((text) =>
      text.split("\n").map((line) => {
        const hint = parseHint(line);
        if (typeof hint === "string") throw new Error(hint);
        const all = hint.place.value === "weur" ? paths : many(5, 300);
        const at = hint.paths.map((p) => all.indexOf(p) + (hint.place.value === "weur" ? 0 : paths.length));
        expect(at).toEqual(at.toSorted((a, b) => a - b));
        return at[0] ?? -1;
      }),
    );
    for (const line of [...lines, lines.map(([first = -1]) => first)]) {
      expect(line).toEqual(line.toSorted((a, b) => a - b));
    }
    expect(lines.some((datagram) => datagram.length > 1)).toBe(true);
  });
});

test.each([
  ["https://x.org?q=1", "/?q=1"],
  ["https://x.org/a?q=/b", "/a?q=/b"],
  ["http://x.org", "/"],
  ["https://x.org#f", "/"],
  ["https://x.org/a#f?g", "/a"],
  ["/a#f\ng", "/a"],
  ["/plain/https://x.org/a.jpg", "/plain/https://x.org/a.jpg"],
  ["", undefined],
])("pathOf %j: %j", (given, expected) => {
  expect(pathOf(given)).toBe(expected);
});
