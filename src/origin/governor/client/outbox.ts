/** Reports of grants that are done with, until the governor has heard them. */
import type { Release } from "../port.ts";

type Report = { readonly release: Release; readonly at: number; sentIn: number | null };

/** Reports kept at most. When there are more, the oldest is forgotten: its lease ends by itself. */
const MAX_REPORTS = 500;

export class Outbox {
  #reports: Report[] = [];

  get empty(): boolean {
    return this.#reports.length === 0;
  }

  add(release: Release, now: number): void {
    this.#reports = [...this.#reports, { release, at: now, sentIn: null }].slice(-MAX_REPORTS);
  }

  /** The reports for the call of this number: those that are under way in no other call. */
  send(call: number): readonly Release[] {
    const unsent = this.#reports.filter(({ sentIn }) => sentIn === null);
    for (const report of unsent) report.sentIn = call;
    return unsent.map(({ release }) => release);
  }

  /** No answer came to the call. */
  lost(call: number): void {
    for (const report of this.#reports) if (report.sentIn === call) report.sentIn = null;
  }

  /** The governor has heard these. */
  heard(releases: readonly Release[]): void {
    const heard = new Set(releases);
    this.#reports = this.#reports.filter(({ release }) => !heard.has(release));
  }

  /** Those that are under way in no call. */
  get unsent(): readonly { readonly at: number; readonly unused: boolean }[] {
    return this.#reports
      .filter(({ sentIn }) => sentIn === null)
      .map(({ at, release }) => ({ at, unused: release.answer.kind === "unused" }));
  }
}
