/** A log of an experiment with invented readers, made by `assign` as an API server would, and the report about it. */
import { analyse } from "../../src/cli/experiment/analyse.ts";
import { reportHtml } from "../../src/cli/experiment/html.ts";
import { readLog } from "../../src/cli/experiment/readLog.ts";
import { assign } from "../../src/client/experiment.ts";

export const SESSIONS = 3_000;
const LOOKS = 5;
/** The truth of the invented readers: how often they click an original, and a mate. */
const RATES = { original: 0.1, mate: 0.13 } as const;
const QUERIES = ["lighthouse", "harbour", "mountain"] as const;

/** JSONL, the same in every call. `titles`: whose clusters the invented lists show. */
export function sampleLog(titles: readonly string[]): string {
  // Lehmer's generator (Park and Miller, 1988).
  let state = 18;
  const random = () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
  const lines: string[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const [session, query] = [`session-${i}`, QUERIES[i % QUERIES.length] ?? ""];
    // Some readers click more than others.
    const eager = -Math.log(1 - random());
    const results = titles.slice(0, 1 + Math.floor(random() * Math.min(6, titles.length))).map((id) => ({ id }));
    const mateOf = ({ id }: { readonly id: string }) => ({ cluster: id, mate: { id: `${id} (copy)` } });
    const { arm, slots, log } = assign({ experiment: "sample", key: "no secret", query, session, results, mateOf });
    if (log === null) continue;
    lines.push(log);
    for (const { shown: picture } of slots) {
      if (random() < Math.min(1, eager * RATES[arm]))
        lines.push(JSON.stringify({ kind: "click", session, query, picture }));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** The page that `npm run experiment -- report` writes. */
export function sampleReport(log: string): string {
  const read = readLog(log.split("\n").filter((line) => line !== ""));
  return reportHtml("a sample with invented readers", analyse(read, SESSIONS, LOOKS), SESSIONS, {
    href: "/",
    text: "Back to the results page",
  });
}
