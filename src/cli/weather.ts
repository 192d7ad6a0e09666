/**
 * `npm run weather -- show | set | freeze | exclude`: which data centre reads which region, and the operator's word on it.
 * It sends a signed order to `/weather`. Exit code 0: done; 1: refused or failed; 2: wrong arguments.
 */
import type { WeatherAnswer } from "../weather/answer.ts";
import { DEPLOYMENT_FILE, readDeployment } from "./deploy/deployment.ts";
import { callSigned, reasonOf } from "./signedCall.ts";
import { answerHelp, refuse } from "./usage.ts";
import { parseWeatherArguments, WEATHER_USAGE, type WeatherArguments } from "./weather/arguments.ts";
import { weatherLines } from "./weather/lines.ts";

const WEATHER = { path: "/weather", variable: "PURGE_SECRET" } as const;

const argv = process.argv.slice(2);
answerHelp(WEATHER_USAGE, argv);
const domainIn = (file = DEPLOYMENT_FILE) => readDeployment(file)?.domain;
const parsed = parseWeatherArguments(argv, process.env, domainIn);
if (!parsed.ok) refuse(WEATHER_USAGE, ...parsed.problems);
try {
  report(parsed.value, await send(parsed.value));
} catch (error) {
  console.error(reasonOf(error, parsed.value.endpoint));
  process.exitCode = 1;
}

function send({ order, secret, endpoint }: WeatherArguments): Promise<WeatherAnswer> {
  const { signal } = new AbortController();
  const onRetry = (why: string, seconds: number) => console.error(`${why}; again in ${seconds} s`);
  return callSigned(order, WEATHER, { endpoint, secret, signal, onRetry }, (body) =>
    body.v === 1 && typeof body.weather === "object" && Array.isArray(body.regions)
      ? (body as unknown as WeatherAnswer)
      : undefined,
  );
}

function report({ action, json }: WeatherArguments, answer: WeatherAnswer): void {
  console.log(json ? JSON.stringify(answer) : weatherLines(answer, Date.now()).join("\n"));
  if (action !== "show") console.log("Stored. Every isolate reads it within about two minutes.");
  if (action !== "show" && !answer.on) {
    console.error(
      "It has no effect: this Worker has WEATHER=off, fewer than two regions, or no binding REGION_WEATHER.",
    );
  }
}
