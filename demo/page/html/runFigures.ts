/** The figures of the catalogue's run as HTML. The server writes them into the page, and the page's script writes them anew. Pure. */
import { STATUSES, type Status } from "../../../src/catalogue/status.ts";
import type { CatalogueStatus } from "../../../src/handlers/catalogue/answer.ts";
import type { RunPhase, RunState } from "../../run/state.ts";
import { escapeHtml } from "./escape.ts";

/** The button, and the sentence beside it. `action` null: there is nothing to do now. */
export const PHASES = {
  idle: { button: "Start the run", action: "start", says: "Nothing has begun yet." },
  starting: {
    button: "Starting …",
    action: null,
    says: "The manifest is sorted by server and written into the bucket.",
  },
  running: { button: "Kill the Worker", action: "kill", says: "The run is under way. Kill it whenever you like." },
  dead: {
    button: "Start the Worker again",
    action: "revive",
    says: "The Worker was killed (SIGKILL) in the middle of its work. What it had done is in the stores.",
  },
  reviving: {
    button: "Starting again …",
    action: null,
    says: "The Worker starts on the stores that the dead one left.",
  },
  done: { button: "Done", action: null, says: "The run is done. Its thumbnails are in the store, ready for readers." },
  failed: { button: "Try again", action: "start", says: "The run could not be started." },
} as const satisfies Record<RunPhase, { button: string; action: "start" | "kill" | "revive" | null; says: string }>;

const MILLION = 1_000_000;

export function runFigures(state: RunState): string {
  const { pictures, status, phase, message, kills } = state;
  const done = status?.done ?? 0;
  const failed = phase === "failed" ? `<p class="death">${escapeHtml(message)}</p>` : "";
  return `${failed}<div class="run-bar">
    <progress max="${pictures}" value="${done}" aria-label="Pictures done">${percent(done, pictures)}</progress>
    <p><strong>${number(done)}</strong> of ${number(pictures)} pictures${phase === "running" && status !== null ? `, ${paceText(status)}` : ""}${kills === 0 ? "" : `, killed ${kills === 1 ? "once" : `${kills} times`}`}</p>
  </div>
  <section aria-labelledby="run-hosts"><h2 id="run-hosts">The four servers, each at the pace that it allows</h2>
    <ul class="run-hosts">${hosts(state).join("")}</ul></section>
  <div class="run-columns">
    <section aria-labelledby="run-counts"><h2 id="run-counts">What became of the pictures</h2>${list(countLines(status))}</section>
    <section aria-labelledby="run-errors"><h2 id="run-errors">Errors by reason</h2>${list(reasonLines(status))}</section>
    <section aria-labelledby="run-money"><h2 id="run-money">Money and fetches</h2>${list(moneyLines(state))}</section>
  </div>`;
}

function hosts({ status, asked, names }: RunState): readonly string[] {
  const rows = [...(status?.perHost ?? [])].sort((a, b) => (names[a.host] ?? "").localeCompare(names[b.host] ?? ""));
  return rows.map(({ host, pictures, tally, rate, pace, trouble }) => {
    const name = names[host] ?? host;
    const finished = tally.done >= pictures;
    const speed = finished ? "done" : `${rate.toFixed(1)} a second, ${pace.toFixed(0)} allowed`;
    const waits = trouble === null ? "" : ` Left alone for now: ${TROUBLES[trouble] ?? trouble}.`;
    return `<li><h3>${escapeHtml(name)}</h3>
      <progress max="${pictures}" value="${tally.done}" aria-label="${escapeHtml(name)}">${percent(tally.done, pictures)}</progress>
      <p>${number(tally.done)} of ${number(pictures)}, ${speed}. Asked ${number(asked[host] ?? 0)} times.${escapeHtml(waits)}</p></li>`;
  });
}

const TROUBLES: Readonly<Record<string, string>> = {
  down: "it does not answer",
  refused: "it answers that there are too many requests",
  saturated: "its pace is used up",
  stores: "our own stores fail",
  dead: "it has not answered for long",
};

function countLines(status: CatalogueStatus | null): readonly string[] {
  return byCount(status?.counts).map(([name, count]) => {
    const meaning = Object.hasOwn(STATUSES, name) ? STATUSES[name as Status].meaning : name;
    return `<strong>${number(count)}</strong> ${escapeHtml(meaning)}`;
  });
}

function reasonLines(status: CatalogueStatus | null): readonly string[] {
  return byCount(status?.reasons).map(
    ([name, count]) => `<strong>${number(count)}</strong> <code>${escapeHtml(name)}</code>`,
  );
}

function moneyLines({ status, asked }: RunState): readonly string[] {
  if (status === null || status.done === 0) return [];
  const fetches = Object.values(asked).reduce((sum, one) => sum + one, 0);
  return [
    `<strong>$${status.dollars.toFixed(4)}</strong> of operations so far, by list prices of ${escapeHtml(status.pricesRead)}`,
    `<strong>$${((status.dollars / status.done) * MILLION).toFixed(2)}</strong> for a million pictures, without CPU time`,
    `<strong>${megabytes(status.bytesIn)}</strong> fetched, <strong>${megabytes(status.bytesStored)}</strong> stored`,
    `<strong>${number(fetches)}</strong> requests to the servers for ${number(status.done)} pictures`,
  ];
}

function byCount(counts: Readonly<Record<string, number>> | undefined): readonly (readonly [string, number])[] {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "<p>Nothing yet.</p>" : `<ul>${lines.map((line) => `<li>${line}</li>`).join("")}</ul>`;
}

function paceText({ rate, secondsLeft }: CatalogueStatus): string {
  const left =
    secondsLeft === null
      ? ""
      : `, about ${secondsLeft < 90 ? `${Math.ceil(secondsLeft)} seconds` : `${Math.round(secondsLeft / 60)} minutes`} left`;
  return `${rate.toFixed(1)} a second${left}`;
}

function percent(done: number, of: number): string {
  return `${of === 0 ? 100 : Math.floor((100 * done) / of)} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / MILLION).toFixed(1)}&nbsp;MB`;
}

function number(count: number): string {
  return count.toLocaleString("en").replaceAll(",", "\u202f");
}
