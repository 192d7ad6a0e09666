/** Asks everything that a report needs. */
import type { Answers } from "../report/report.ts";
import type { Question, Row, Window } from "./question.ts";
import { QUESTIONS, type QuestionName } from "./questions.ts";

/** Answers one question about a window. */
export type Ask = (question: Question, window: Window) => Promise<readonly Row[]>;

/** An hour decides about a hint, so the hints of two hours are compared with their reads. */
const HINT_SECONDS = 2 * 3_600;
const DAY_SECONDS = 86_400;
/** About so many slots are drawn, each of whole minutes. */
const SLOTS = 48;

/** The window of the last `hours` before `now` (unix ms). */
export function windowOf(now: number, hours: number): Window {
  const to = Math.floor(now / 1_000) + 1;
  return { from: to - hours * 3_600, to, slotMinutes: Math.max(1, Math.round((hours * 60) / SLOTS)) };
}

/** Since midnight UTC, as the platform bills. */
export function todayOf(now: number): Window {
  const to = Math.floor(now / 1_000) + 1;
  return { from: to - (to % DAY_SECONDS), to, slotMinutes: 60 };
}

/** Rejects when one question fails. */
export async function askAll(ask: Ask, window: Window, now: number): Promise<Answers> {
  const hints = { ...window, from: Math.max(window.from, window.to - HINT_SECONDS) };
  const names = Object.keys(QUESTIONS) as QuestionName[];
  const [today, ...rows] = await Promise.all([
    ask(QUESTIONS.spending, todayOf(now)),
    ...names.map((name) => ask(QUESTIONS[name], name === "sampled" ? hints : window)),
  ]);
  const entries = names.map((name, at) => [name, rows[at] ?? []] as const);
  return { ...(Object.fromEntries(entries) as Record<QuestionName, readonly Row[]>), today };
}
