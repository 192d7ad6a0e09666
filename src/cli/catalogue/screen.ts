/** Shows the state of a run: drawn anew on a terminal, one JSON line each time elsewhere. */
import { DAMAGED } from "../../catalogue/feed/hostRecord.ts";
import type { CatalogueStatus } from "../../handlers/catalogue/answer.ts";

export type Screen = { show(status: CatalogueStatus, now: number): void; end(): void };

type Out = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

export function screenOf(out: Out): Screen {
  let drawn = 0;
  if (out.isTTY !== true) {
    return {
      show: (status, now) =>
        void out.write(`${JSON.stringify({ at: now, ...shortOf(status), ...warningOf(status) })}\n`),
      end: () => {},
    };
  }
  return {
    show(status) {
      const lines = linesOf(status, out.columns ?? 80);
      // Back to the first line of what was drawn before, and clear from there.
      out.write(`${drawn === 0 ? "" : `\x1b[${drawn}A`}\x1b[J${lines.join("\n")}\n`);
      drawn = lines.length;
    },
    end: () => {
      drawn = 0;
    },
  };
}

/** Hosts that have a line of their own. */
const SHOWN_HOSTS = 8;
const BAR = 30;

/** The lines of the screen, none longer than `columns`. */
export function linesOf(status: CatalogueStatus, columns: number): readonly string[] {
  const { run, state, pictures, done, rate, secondsLeft, hosts, hostsDone, dollars } = status;
  const share = pictures === 0 ? 1 : done / pictures;
  const full = Math.round(share * BAR);
  const bar = `${"#".repeat(full)}${"-".repeat(BAR - full)}`;
  const head = [
    `${run} ${state}  [${bar}] ${(share * 100).toFixed(1)} %  ${done} of ${pictures}`,
    `${rate.toFixed(1)}/s  ${lengthOf(secondsLeft)} left  hosts ${hostsDone} of ${hosts}  $${dollars.toFixed(2)} of operations`,
    `${countsText(status.counts)}`,
    ...(Object.keys(status.reasons).length === 0 ? [] : [`errors: ${countsText(status.reasons)}`]),
  ];
  const { warning } = warningOf(status);
  const open = status.perHost.filter(({ secondsLeft: left }) => left !== 0).slice(0, SHOWN_HOSTS);
  const rows = open.map((host) => {
    const part = `${host.tally.done}/${host.pictures}`.padStart(17);
    const wait = host.trouble === null ? "" : `  ${host.trouble}`;
    return `  ${host.host.slice(0, 36).padEnd(36)} ${part} ${host.rate.toFixed(1).padStart(6)}/s ${lengthOf(host.secondsLeft)}${wait}`;
  });
  const warned = warning === undefined ? [] : wrapped(warning, columns);
  return [...head.map((line) => line.slice(0, columns)), ...warned, ...rows.map((line) => line.slice(0, columns))];
}

/** What became of a run, in a few words: for the end of a log. */
export function summaryOf({ run, pictures, done, hosts, counts, dollars, ...status }: CatalogueStatus): string {
  const { startedAt, endedAt } = status;
  const took = startedAt === null || endedAt === null ? "" : ` in ${lengthOf((endedAt - startedAt) / 1_000)}`;
  const cost = `Its operations cost $${dollars.toFixed(2)} at list prices.`;
  return `Run ${run}: ${done} of ${pictures} pictures of ${hosts} hosts${took}. By status: ${countsText(counts)}. ${cost}`;
}

/**
 * What to tell when the Worker has refused every picture so far (mostly its policy lacks the hosts), and when a host was given up
 * since a part of the run cannot be read.
 */
export function warningOf({ run, done, counts, reasons, perHost }: CatalogueStatus): { readonly warning?: string } {
  const damaged = perHost.filter(({ trouble, secondsLeft }) => trouble === DAMAGED && secondsLeft === 0);
  if (damaged.length > 0) {
    const hosts = damaged.map(({ host }) => host).join(", ");
    return {
      warning: `given up: ${hosts}. A part of the pictures cannot be read. Restore catalogue/${run}/parts, then: npm run catalogue -- retry ${run}`,
    };
  }
  const refused = counts.refused ?? 0;
  if (refused === 0 || refused < done) return {};
  const advice = Object.hasOwn(reasons, "source_not_allowed")
    ? "Put the hosts into ALLOWED_SOURCES, or set SIGNING_KEYS"
    : "Correct what the reason says";
  return {
    warning: `refused: ${refused}, all so far (${countsText(reasons)}). ${advice}, then: npm run catalogue -- retry ${run} --status refused`,
  };
}

/** Lines of at most so many columns, cut between words where one fits. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const space = rest.length <= columns ? rest.length : rest.lastIndexOf(" ", columns);
    const end = space > 0 ? space : columns;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** What a line of JSON has: everything but the hosts that are finished. */
function shortOf({ perHost, ...status }: CatalogueStatus): object {
  const open = perHost.filter(({ secondsLeft }) => secondsLeft !== 0).slice(0, SHOWN_HOSTS);
  return {
    ...status,
    slowest: open.map(({ host, secondsLeft, rate, trouble }) => ({ host, secondsLeft, rate, trouble })),
  };
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).toSorted((a, b) => b[1] - a[1]);
  return entries.map(([name, count]) => `${name} ${count}`).join("  ") || "nothing done yet";
}

/** `2 d 3 h`, `5 min`, `12 s`, `?`. */
export function lengthOf(seconds: number | null): string {
  if (seconds === null) return "?";
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  const hours = Math.round(seconds / 3_600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
