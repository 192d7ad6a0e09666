/** The figures of the page `/catalogue`. */
import { expect, test } from "vitest";
import { catalogueDocument } from "../../../../demo/page/html/catalogueDocument.ts";
import { PHASES, runFigures } from "../../../../demo/page/html/runFigures.ts";
import type { RunPhase, RunState } from "../../../../demo/run/state.ts";
import { NOTHING_DONE } from "../../../../src/catalogue/feed/hostRecord.ts";

const IDLE: RunState = {
  phase: "idle",
  message: "",
  pictures: 5_000,
  kills: 0,
  asked: {},
  names: {},
  status: null,
  samples: [],
};
const HOST = {
  host: "h:1",
  pictures: 2_000,
  rate: 19.94,
  pace: 20,
  secondsLeft: 70,
  sent: 2,
  working: 1,
  trouble: null,
  waitsUntil: null,
};
const RUNNING: RunState = {
  ...{ ...IDLE, phase: "running", kills: 2, asked: { "h:1": 1_234 }, names: { "h:1": "A <b> & C" } },
  status: {
    ...{
      run: "demo",
      state: "running",
      pictures: 5_000,
      done: 1_200,
      hosts: 4,
      hostsDone: 0,
      rate: 40.25,
      secondsLeft: 95,
    },
    ...{
      counts: { stored: 1_180, "not-found": 20 },
      reasons: { source_missing: 20 },
      bytesIn: 4.2e6,
      bytesStored: 1e5,
    },
    ...{ operations: {}, dollars: 0.0084, pricesRead: "2026-11", startedAt: 0, endedAt: null },
    perHost: [{ ...HOST, tally: { ...NOTHING_DONE, done: 600 } }],
  },
};
const textOf = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

test("hosts, pace, errors, money and fetches are there, in words", () => {
  const text = textOf(runFigures(RUNNING)).replaceAll("\u202f", " ");
  for (const part of [
    ...["1 200 of 5 000 pictures, 40.3 a second, about 2 minutes left, killed 2 times", "1 180 made and stored"],
    ...[
      "600 of 2 000, 19.9 a second, 20 allowed. Asked 1 234 times.",
      "20 the source answered 404",
      "20 source_missing",
    ],
    ...[
      "$0.0084 of operations so far",
      "$7.00 for a million pictures",
      "4.2&nbsp;MB fetched",
      "requests to the servers",
    ],
  ]) {
    expect(text).toContain(part);
  }
});

test("names are text, and never markup", () => {
  expect(runFigures(RUNNING)).not.toContain("<b>");
  expect(runFigures({ ...IDLE, phase: "failed", message: "<script>" })).not.toContain("<script>");
});

test.each(Object.keys(PHASES) as RunPhase[])("%s: one button, whose form does what it says, or nothing", (phase) => {
  const html = catalogueDocument({ ...IDLE, phase });
  expect(html.match(/<button/g)).toHaveLength(1);
  const { action, says } = PHASES[phase];
  expect(html).toContain(`action="/catalogue/${action ?? phase}"`);
  expect(html.includes('aria-disabled="true"')).toBe(action === null);
  expect(html).toContain(says);
});

test("before a run there are no figures to divide by, and no pictures", () => {
  const html = catalogueDocument(IDLE);
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
  expect(html).toMatch(/id="samples" hidden/);
});
