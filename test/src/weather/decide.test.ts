/** The decision of a region's object, on both sides of each of its limits. */
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/weather/decide.ts";
import type { Move } from "../../../src/weather/moves.ts";
import type { WeatherReport, WeatherRow } from "../../../src/weather/report.ts";
import { RULES } from "../../../src/weather/rules.ts";
import { NO_WEATHER, type WeatherSettings } from "../../../src/weather/settings.ts";
import { type DecideConfig, NO_STATE, type WeatherState } from "../../../src/weather/state.ts";

const NOW = 1_000_000_000;
const MINUTE = 60_000;
/** Means do not decay before that. */
const LATER = NOW + 86_400_000;
const COLOS = ["MAD", "CDG", "LHR"];

type Means = Readonly<Record<string, number>>;

/** What is usual, the same in each of these data centres. `weight`: samples behind each mean. */
function usually(means: Means, colos = COLOS, weight: number = RULES.samples, at = LATER): WeatherState {
  const stores = Object.fromEntries(Object.entries(means).map(([store, ms]) => [store, { ms, weight, at }]));
  const table = Object.fromEntries(colos.map((colo) => [colo, stores]));
  return { ...NO_STATE, usual: { means: table, open: {} } };
}

function row(region: string, medianMs: number, count = 100, hits = count): WeatherRow {
  return { tier: "region", region, count, hits, medianMs };
}

/** Reports of isolates in one data centre, one per list of rows. */
function reportsOf(colo: string, ...isolates: readonly (readonly WeatherRow[])[]): WeatherReport[] {
  return isolates.map((rows, i) => ({ v: 1, isolate: `${colo}${i}`, colo, rows }));
}

const same = (colo: string, ...rows: readonly WeatherRow[]) => reportsOf(colo, rows, rows, rows);

function config(weather: Partial<WeatherSettings> = {}, deployed = ["enam", "weur", "apac", "oc"]): DecideConfig {
  return { region: "weur", deployed, overrides: {}, weather: { ...NO_WEATHER, ...weather } };
}

/** Decides a minute apart, so often as there are windows, with the same reports. Gives the last moves. */
function movesAfter(
  windows: number,
  state: WeatherState,
  reports: readonly WeatherReport[],
  rules: DecideConfig = config(),
  now = NOW,
): readonly Move[] {
  let [known, moves] = [state, [] as readonly Move[]];
  for (let i = 0; i < windows; i++) {
    ({ state: known, moves } = decide(known, reports, now + i * MINUTE, rules));
  }
  return moves;
}

const AWAY: readonly Move[] = [{ kind: "move", colo: "MAD", from: "weur", to: "enam", why: "better" }];
const BAD = same("MAD", row("weur", 200));
const USUAL = usually({ weur: 20, enam: 100 });

describe("away from a store that has become slow", () => {
  test.each<[string, readonly Move[], readonly Move[]]>([
    [
      "200 samples of three isolates",
      AWAY,
      movesAfter(2, USUAL, reportsOf("MAD", ...[67, 67, 66].map((n) => [row("weur", 200, n)]))),
    ],
    ["199 samples", [], movesAfter(2, USUAL, reportsOf("MAD", ...[67, 67, 65].map((n) => [row("weur", 200, n)])))],
    [
      "200 samples of two isolates",
      [],
      movesAfter(2, USUAL, reportsOf("MAD", ...[100, 100].map((n) => [row("weur", 200, n)]))),
    ],
    ["20 % better", AWAY, movesAfter(2, USUAL, same("MAD", row("weur", 125)))],
    ["less than 20 % better", [], movesAfter(2, USUAL, same("MAD", row("weur", 124.9)))],
    ["in one window only", [], movesAfter(1, USUAL, BAD)],
    ["the alternative has 200 samples", AWAY, movesAfter(2, { ...USUAL }, BAD)],
    ["the alternative has 199 samples", [], movesAfter(2, withWeight("enam", 199), BAD)],
    ["home has 199 samples", [], movesAfter(2, withWeight("weur", 199), BAD)],
    ["frozen", [], movesAfter(2, USUAL, BAD, config({ freeze: true }))],
    ["set by the operator", [], movesAfter(2, USUAL, BAD, config({ set: { MAD: "weur" } }))],
    ["excluded", [], movesAfter(2, USUAL, BAD, config({ exclude: ["enam"] }))],
    ["not deployed", [], movesAfter(2, USUAL, BAD, config({}, ["weur", "apac", "oc"]))],
    ["an override of the operator", [], movesAfter(2, USUAL, BAD, { ...config(), overrides: { "colo:MAD": "weur" } })],
    [
      "a data centre of another region",
      [],
      movesAfter(2, usually({ enam: 20, weur: 100 }, ["IAD"]), same("IAD", row("enam", 200))),
    ],
    [
      "a data centre of no table",
      [],
      movesAfter(2, usually({ weur: 20, enam: 100 }, ["QQQ"]), same("QQQ", row("weur", 200))),
    ],
  ])("%s", (_, expected, moves) => {
    expect(moves).toEqual(expected);
  });

  function withWeight(store: string, weight: number): WeatherState {
    const mean = USUAL.usual.means.MAD?.[store];
    if (mean === undefined) throw new Error(store);
    const MAD = { ...USUAL.usual.means.MAD, [store]: { ...mean, weight } };
    return { ...USUAL, usual: { means: { MAD }, open: {} } };
  }

  test.each<[string, number, readonly Move[]]>([
    ["185 ms, of which 60 are noise", 185, AWAY],
    ["a little less", 184.9, []],
  ])("where minutes usually differ by 30 ms, twice that does not count: %s", (_, ms, expected) => {
    const noise = { MAD: { ms: 30, weight: RULES.noiseMinutes, at: LATER } };
    expect(movesAfter(2, { ...USUAL, noise }, same("MAD", row("weur", ms)))).toEqual(expected);
  });

  test("one minute that differs is not yet what is usual", () => {
    const noise = { MAD: { ms: 60, weight: 1, at: LATER } };
    expect(movesAfter(2, { ...USUAL, noise }, same("MAD", row("weur", 127.5)))).toEqual(AWAY);
    expect(movesAfter(2, { ...USUAL, noise }, same("MAD", row("weur", 126.9)))).toEqual([]);
  });

  test("minutes of trouble do not become noise, other minutes do", () => {
    const state = decide(USUAL, BAD, NOW, config()).state;
    expect(state.noise).toEqual({});
    const { noise } = decide(state, same("MAD", row("weur", 110)), NOW + MINUTE, config()).state;
    expect(noise.MAD).toMatchObject({ weight: 1 });
  });

  test("one good window between two bad ones begins anew", () => {
    const good = same("MAD", row("weur", 20));
    let state = decide(USUAL, BAD, NOW, config()).state;
    state = decide(state, good, NOW + MINUTE, config()).state;
    expect(decide(state, BAD, NOW + 2 * MINUTE, config()).moves).toEqual([]);
  });

  test("a store that nobody has probed is no alternative; the nearest of those that are known is", () => {
    const state = usually({ weur: 20, enam: 100, apac: 90 });
    expect(movesAfter(2, state, BAD)).toEqual([{ ...AWAY[0], to: "apac" }]);
  });

  test("an alternative that is slow itself now is none", () => {
    const probes = COLOS.flatMap((colo) => same(colo, row("weur", 200), row("enam", 300)));
    expect(movesAfter(2, USUAL, probes)).toEqual([]);
  });

  test("with few samples of its own, the neighbours say how much farther the alternative is than home", () => {
    const neighbours = usually({ weur: 20, enam: 100 }, ["CDG"]).usual.means;
    // 150 ms from home, so 230 from the alternative: 260 is not enough, 290 is.
    const { usual } = usually({ weur: 150 }, ["MAD"], 1e9);
    const state = { ...NO_STATE, usual: { ...usual, means: { ...neighbours, ...usual.means } } };
    expect(movesAfter(2, state, same("MAD", row("weur", 287)))).toEqual([]);
    expect(movesAfter(2, state, same("MAD", row("weur", 288)))).toEqual(AWAY);
  });
});

describe("pooled", () => {
  const colos = ["MAD", "CDG", "LHR", "AMS", "LIS", "DUB"];
  const state = usually({ weur: 20, enam: 100 }, colos);
  const each = (colo: string, ms: number, count = 20) => same(colo, row("weur", ms, count));

  test("60 samples a data centre are enough when others have the same change", () => {
    expect(
      movesAfter(
        2,
        state,
        colos.flatMap((colo) => each(colo, 200)),
      ).map(({ colo }) => colo),
    ).toEqual(colos);
    expect(movesAfter(2, state, each("MAD", 200))).toEqual([]);
  });

  test("those that are as usual stay, whoever is in the majority", () => {
    const few = colos.flatMap((colo, i) => each(colo, i < 4 ? 20 : 200, 40));
    expect(movesAfter(2, state, few).map(({ colo }) => colo)).toEqual(["LIS", "DUB"]);
    const most = colos.flatMap((colo, i) => each(colo, i < 4 ? 200 : 20, 40));
    expect(movesAfter(2, state, most).map(({ colo }) => colo)).toEqual(["MAD", "CDG", "LHR", "AMS"]);
  });

  test("slower by chance, and among others in trouble: at most twice its own change counts", () => {
    const reports = colos.flatMap((colo) => each(colo, colo === "MAD" ? 26 : 200, 40));
    expect(movesAfter(2, state, reports).map(({ colo }) => colo)).toEqual(colos.filter((colo) => colo !== "MAD"));
    expect(decide(state, reports, NOW, config()).changes.get("MAD")).toBe(12);
    expect(decide(state, reports, NOW, config()).changes.get("CDG")).toBe(180);
  });

  test("faster by chance, and alone in that: what all others suffer does not count", () => {
    const reports = colos.flatMap((colo) => each(colo, colo === "MAD" ? 14 : 200, 40));
    expect(movesAfter(2, state, reports).map(({ colo }) => colo)).toEqual(colos.filter((colo) => colo !== "MAD"));
  });

  test("the last one in trouble is too few alone: those that have left still read the store beside", () => {
    const others = colos.filter((colo) => colo !== "MAD");
    const map = Object.fromEntries(others.map((colo) => [colo, "enam"]));
    const home = Object.fromEntries(others.map((colo) => [colo, "weur"]));
    const reports = [
      ...each("MAD", 200),
      ...others.flatMap((colo) => same(colo, row("weur", 200, 20), row("enam", 100))),
    ];
    expect(movesAfter(2, state, reports, config({ version: 1, colos: map, moving: home }))).toContainEqual(AWAY[0]);
    expect(movesAfter(2, state, reports, config({ version: 2, colos: map }))).toEqual([]);
  });

  test("by the region that is read: others that read another region say nothing of it", () => {
    // Four have moved to enam, which takes 100 ms more than usual now. MAD at home has too few samples of its own.
    const others = colos.filter((colo) => colo !== "MAD");
    const moved = config({ version: 1, colos: Object.fromEntries(others.map((colo) => [colo, "enam"])) });
    const reports = [...others.flatMap((colo) => same(colo, row("enam", 200))), ...each("MAD", 25, 66)];
    expect(movesAfter(2, state, reports, moved)).toEqual([]);
    expect(decide(state, reports, NOW, moved).changes.get("MAD")).toBeNull();
  });

  test.each([0, 10_000])("one isolate of three that says %s ms changes nothing", (ms) => {
    const lying = (colo: string, honest: number) =>
      reportsOf(colo, [row("weur", honest)], [row("weur", ms)], [row("weur", honest)]);
    expect(movesAfter(2, USUAL, lying("MAD", 20))).toEqual([]);
    expect(movesAfter(2, USUAL, lying("MAD", 200))).toEqual(AWAY);
  });

  test("an isolate that reports ten times counts once", () => {
    const loud = Array.from({ length: 10 }, () => reportsOf("MAD", [row("weur", 200)])).flat();
    expect(movesAfter(2, USUAL, loud)).toEqual([]);
  });
});

describe("back", () => {
  const moved = { version: 1, colos: { MAD: "enam" }, moving: { MAD: "weur" } };
  const BACK: readonly Move[] = [{ kind: "move", colo: "MAD", from: "enam", to: "weur", why: "better" }];
  const both = (home: number, away: number, hits = 80) =>
    same("MAD", row("weur", home, 100, 80), row("enam", away, 100, hits));
  /** The object has seen the move at `NOW`. */
  const seen = () => decide(USUAL, [], NOW, config(moved)).state;

  test("when home is well again and the hold of ten minutes is over", () => {
    const held = decide(seen(), both(20, 100, 0), NOW + RULES.holdMs - MINUTE, config(moved)).state;
    expect(decide(held, both(20, 100, 0), NOW + RULES.holdMs - 1, config(moved)).moves).toEqual([]);
    const first = decide(held, both(20, 100, 0), NOW + RULES.holdMs, config(moved));
    expect(first.moves).toEqual([]);
    expect(decide(first.state, both(20, 100, 0), NOW + RULES.holdMs + MINUTE, config(moved)).moves).toEqual(BACK);
  });

  test("not while home is still slow", () => {
    expect(movesAfter(3, seen(), both(200, 100, 0), config(moved), NOW + RULES.holdMs)).toEqual([]);
  });

  test("not to a home that the operator has excluded", () => {
    const rules = config({ ...moved, exclude: ["weur"] });
    expect(movesAfter(3, seen(), both(20, 100, 0), rules, NOW + RULES.holdMs)).toEqual([]);
  });

  test("by a few probes, when they are 200 together", () => {
    const settled = config({ version: 2, colos: Object.fromEntries(COLOS.map((colo) => [colo, "enam"])) });
    const away = decide(USUAL, [], NOW, settled).state;
    const probes = COLOS.flatMap((colo) => same(colo, row("weur", 200, 1), row("enam", 100)));
    // 9 probes a minute: home is known to be slow after 23 minutes.
    let state = away;
    for (let i = 0; i < 23; i++) state = decide(state, probes, NOW + i * MINUTE, settled).state;
    const at = NOW + 40 * MINUTE;
    expect(movesAfter(3, state, probes, settled, at)).toEqual([]);
    const well = COLOS.flatMap((colo) => same(colo, row("weur", 20, 1), row("enam", 100)));
    expect(movesAfter(30, state, well, settled, at).map(({ colo }) => colo)).toEqual(COLOS);
  });

  test("to the table when too few isolates say anything, and home was well", () => {
    expect(movesAfter(1, seen(), [], config(moved), NOW + RULES.holdMs)).toEqual([]);
    expect(movesAfter(2, seen(), [], config(moved), NOW + RULES.holdMs)).toEqual(BACK);
  });

  test("to the table when too few isolates have said anything for an hour, though home was slow", () => {
    const { state } = decide(seen(), both(300, 100, 0), NOW + MINUTE, config(moved));
    const silent = decide(state, [], NOW + 2 * MINUTE, config(moved)).state;
    const at = NOW + 2 * MINUTE + RULES.unknownMs;
    expect(decide(silent, [], at - 1, config(moved)).moves).toEqual([]);
    expect(decide(silent, [], at, config(moved)).moves).toEqual([{ ...BACK[0], why: "unknown" }]);
  });

  test("a move that does not pay is undone, and the next one has to wait twice as long", () => {
    // 110 ms away and 100 at home: no reason to go back by itself.
    const usual = usually({ weur: 100, enam: 110 });
    let state = decide(usual, [], NOW, config(moved)).state;
    let moves: readonly Move[] = [];
    for (let i = 1; i <= 10; i++) {
      ({ state, moves } = decide(state, both(100, 110, 40), NOW + i * MINUTE, config(moved)));
      if (i < 10) expect(moves).toEqual([]);
    }
    expect(moves).toEqual([{ ...BACK[0], why: "unpaid" }]);
    const undone = NOW + 10 * MINUTE;
    const bad = same("MAD", row("weur", 300));
    const home = config({ version: 2 });
    state = decide(state, bad, undone, home).state;
    expect(movesAfter(3, state, bad, home, undone + 20 * MINUTE - 2 * MINUTE - 1)).toEqual([]);
    expect(movesAfter(3, state, bad, home, undone + 20 * MINUTE - MINUTE)).toEqual(AWAY);
  });

  test("a move that pays stays, though the new store does not have everything", () => {
    const usual = usually({ weur: 100, enam: 110 });
    const state = decide(usual, [], NOW, config(moved)).state;
    expect(movesAfter(12, state, both(135, 110, 40), config(moved))).toEqual([]);
  });

  test.each<[string, number, readonly Move[]]>([
    ["has 75 of its 80 hits", 75, []],
    ["has 76, which is 95 %", 76, [{ kind: "settle", colo: "MAD", from: "weur", to: "enam" }]],
  ])("the old store is read beside until the new one %s", (_, hits, expected) => {
    expect(movesAfter(1, seen(), both(200, 100, hits), config(moved), NOW + MINUTE)).toEqual(expected);
  });
});

test("what few isolates say is forgotten in time: an object that runs for years does not grow", () => {
  let state = NO_STATE;
  for (let day = 0; day < 100; day++) {
    const [report] = reportsOf("MAD", [row("weur", 20)]);
    if (report === undefined) throw new Error("no report");
    ({ state } = decide(state, [{ ...report, isolate: `of day ${day}` }], NOW + day * 24 * 60 * MINUTE, config()));
  }
  expect(Object.keys(state.usual.open.MAD?.weur ?? {})).toEqual(["of day 99"]);
});
