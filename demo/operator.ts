/** `/operator` in the demo: the operator's page of its Workers, from what they log. */
import { askAll, windowOf } from "../src/cli/operator/ask/askAll.ts";
import type { CollectedPoints } from "../src/cli/operator/collected.ts";
import { runReport } from "../src/cli/operator/deployment.ts";
import { createOperatorPages, type OperatorPages } from "../src/cli/operator/pages.ts";
import { reportOf } from "../src/cli/operator/report/report.ts";
import { weatherOf } from "../src/cli/operator/weather.ts";
import type { RunServer } from "./run/server.ts";

/** A log line is there at once. */
const EVERY_SECONDS = 2;
const CPU_MISSING = "only Cloudflare measures it. This is your machine, not Cloudflare.";
const RESULTS_PAGE = "/";
const DEPLOYMENT = "The demo's own Workers, since they were started.";

/** `edge`: address of the Worker that says which regions are in force. */
export function demoOperator(points: CollectedPoints, run: Pick<RunServer, "state">, edge: string): OperatorPages {
  return createOperatorPages({
    everySeconds: EVERY_SECONDS,
    async report(hours) {
      const now = Date.now();
      const window = windowOf(now, hours);
      const [answers, weather, { status }] = await Promise.all([
        askAll(points.ask, window, now),
        weatherOf(edge),
        run.state(),
      ]);
      const runs = status === null ? [] : [runReport(status)];
      return reportOf(
        answers,
        { ...{ cpu: null, cpuMissing: CPU_MISSING, deployment: DEPLOYMENT, resultsPage: RESULTS_PAGE }, weather, runs },
        window,
        now,
      );
    },
  });
}
