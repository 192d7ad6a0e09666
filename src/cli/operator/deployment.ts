/** The report of a deployment: Analytics Engine, the GraphQL Analytics API, and what the Worker's own doors say. */
import type { CatalogueStatus } from "../../handlers/catalogue/answer.ts";
import { callSigned } from "../signedCall.ts";
import type { OperatorArguments } from "./arguments.ts";
import { askAll, todayOf, windowOf } from "./ask/askAll.ts";
import { askAnalyticsEngine, cpuMsOf } from "./platformApi.ts";
import { type Beside, type Report, type RunReport, reportOf } from "./report/report.ts";
import { weatherOf } from "./weather.ts";

const RUN_DOOR = { path: "/catalogue", variable: "CATALOGUE_SECRET" } as const;
const DOOR_MS = 10_000;

/** Rejects with words for the operator when Analytics Engine gives no rows; without anything else there is a report. */
export async function deploymentReport(given: OperatorArguments, hours: number, now: number): Promise<Report> {
  const { account, dataset, scripts, endpoint } = given;
  const window = windowOf(now, hours);
  const cpu = async () => {
    const [windowMs, todayMs] = await Promise.all([
      cpuMsOf(account, scripts, window),
      cpuMsOf(account, scripts, todayOf(now)),
    ]);
    return { cpu: { windowMs, todayMs }, cpuMissing: "" };
  };
  const [answers, measured, weather, deployment, runs] = await Promise.all([
    askAll(askAnalyticsEngine(account, dataset), window, now),
    cpu().catch((error: unknown) => ({
      cpu: null,
      cpuMissing: error instanceof Error ? error.message : String(error),
    })),
    weatherOf(endpoint),
    deploymentOf(endpoint),
    Promise.all(given.runs.map((run) => runOf(run, given))),
  ]);
  const beside: Beside = { ...measured, weather, deployment, runs: runs.filter((run) => run !== null) };
  return reportOf(answers, beside, window, now);
}

/** What `/healthz` says of itself, in words. Never rejects. */
async function deploymentOf(endpoint: string): Promise<string> {
  const body = await healthOf(endpoint);
  if (body === null) return `${endpoint} does not answer.`;
  const version: unknown = Reflect.get(Object(body), "version");
  return typeof version === "string" ? `${endpoint}, version ${version}.` : `${endpoint}.`;
}

/** Words for the operator when nothing that is a deployment answers at the address; else null. Never rejects. */
export async function endpointProblem(endpoint: string): Promise<string | null> {
  return (await healthOf(endpoint)) === null ? `${endpoint}/healthz does not answer: is --endpoint right?` : null;
}

/** The body of `/healthz`; null when there is no answer in JSON. */
async function healthOf(endpoint: string): Promise<unknown> {
  try {
    const response = await fetch(`${endpoint}/healthz`, { signal: AbortSignal.timeout(DOOR_MS) });
    return await response.json();
  } catch {
    return null;
  }
}

/** Null where the Worker does not say. */
async function runOf(run: string, { endpoint, catalogueSecret }: OperatorArguments): Promise<RunReport | null> {
  const call = { endpoint, secret: catalogueSecret, signal: AbortSignal.timeout(DOOR_MS), pauses: [] };
  const read = (body: Readonly<Record<string, unknown>>) =>
    "perHost" in body ? (body as unknown as CatalogueStatus) : undefined;
  const status = await callSigned({ action: "status", run }, RUN_DOOR, call, read).catch(() => null);
  return status === null ? null : runReport(status);
}

/** The part of a run's status that the page shows. */
export function runReport({ run, state, done, pictures, dollars, secondsLeft }: CatalogueStatus): RunReport {
  return { run, state, done, pictures, dollars, secondsLeft };
}
