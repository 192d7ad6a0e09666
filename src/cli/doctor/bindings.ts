/** Whether the Worker has the bindings that a deployment can lack. It says so itself at `/healthz?bindings`. */
import { type BindingsHealth, WITH_BINDINGS } from "../../handlers/bindingsHealth.ts";
import type { Patient } from "./checks.ts";
import { type Finding, fix, ok, unknown } from "./finding.ts";
import { probe } from "./probe.ts";

type Told = { readonly [Name in keyof BindingsHealth]: (state: BindingsHealth[Name]) => Finding };

const DEPLOY = "put its entry of wrangler.toml back, then npm run deploy";

/** A line for each binding: what it is for, or what is missing without it and what to do. */
const LINES = {
  coordinator: (isBound) =>
    isBound
      ? ok("coordinator", "COORDINATOR is bound: a picture is fetched and rendered once")
      : fix("coordinator", `there is no COORDINATOR, so each isolate renders for itself: ${DEPLOY}`),
  governor: (isBound) =>
    isBound
      ? ok("governor", "GOVERNOR is bound: the whole deployment together keeps to the limits of a source")
      : fix("governor", `there is no GOVERNOR, so each isolate keeps to a source's limits alone: ${DEPLOY}`),
  masters: (isBound) =>
    isBound
      ? ok("queue", "MASTERS is bound: masters are made behind the answers")
      : fix("queue", `there is no MASTERS, so no masters are made: ${DEPLOY}, which makes the queue`),
  weather: (state) => {
    if (state === "bound") return ok("weather", "REGION_WEATHER is bound: data centres are led round slow ways");
    if (state === "off") return ok("weather", "WEATHER is off, or there is one region: the fixed table decides");
    return fix("weather", `there is no REGION_WEATHER, so the fixed table decides: ${DEPLOY}`);
  },
  heavy: (state) => {
    if (state === "answers") return ok("heavy", "HEAVY answers: SVG, AVIF, JPEG XL and rare kinds are decoded");
    if (state === "silent") {
      return fix("heavy", "HEAVY is bound, but its Worker does not answer: npm run deploy deploys both Workers");
    }
    return unknown("heavy", "there is no HEAVY, so SVG, AVIF, JPEG XL and rare kinds are answered with 415");
  },
} as const satisfies Told;

export async function bindings({ fetch, url }: Patient): Promise<readonly Finding[]> {
  const { text } = await probe(fetch, `${url}/healthz?${WITH_BINDINGS}`);
  const told = toldIn(text);
  if (told === null)
    return [unknown("bindings", "this version does not tell which it has: npm run deploy brings this one")];
  const { coordinator, governor, masters, weather, heavy } = told;
  return [
    LINES.coordinator(coordinator),
    LINES.governor(governor),
    LINES.masters(masters),
    // A Worker of yesterday does not tell of it.
    ...(weather === undefined ? [] : [LINES.weather(weather)]),
    LINES.heavy(heavy),
  ];
}

function toldIn(text: string): BindingsHealth | null {
  try {
    return (JSON.parse(text) as { readonly bindings?: BindingsHealth }).bindings ?? null;
  } catch {
    return null;
  }
}
