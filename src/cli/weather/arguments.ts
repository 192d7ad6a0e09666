/** The command line of `npm run weather`: arguments in, a checked value or every problem at once out. Pure. */
import { tableRegionOf } from "../../coordinate/regions.ts";
import { readCommandLine } from "../commandLine.ts";

export const WEATHER_USAGE = `Usage: npm run weather -- show [--json]
       npm run weather -- set COLO REGION | set COLO table
       npm run weather -- freeze | freeze --off
       npm run weather -- exclude REGION | exclude REGION --off
show prints which data centres read another region than the fixed table says, and the figures behind it.
set makes a data centre (MAD) read a region (enam) until you give it back to the table; nothing is decided about it.
freeze stops all decisions: the map stays as it is. exclude: no data centre is moved to the region.
--endpoint URL is the Worker (or PURGE_ENDPOINT, or the domain of deployment.json), --secret S its PURGE_SECRET (or the
variable of that name). --file FILE is another deployment.json. The Worker must have two regions and not WEATHER=off.`;

export const WEATHER_ACTIONS = ["show", "set", "freeze", "exclude"] as const;
type Action = (typeof WEATHER_ACTIONS)[number];

export type WeatherArguments = {
  readonly action: Action;
  /** The body of `POST /weather`. */
  readonly order: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly endpoint: string;
  readonly secret: string;
};

export type ParsedWeatherArguments =
  | { readonly ok: true; readonly value: WeatherArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The word that gives a data centre back to the fixed table. */
const TABLE = "table";
const REGION = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** How many words each action takes behind it, and what they are. */
const WORDS = { show: "", set: "COLO REGION", freeze: "", exclude: "REGION" } as const satisfies Record<Action, string>;

/**
 * Reads the words after `npm run weather --`. Never throws. `domainIn`: the domain in a deployment.json (undefined: in the
 * usual one), asked only without another endpoint; it may throw, and the message is a problem. Undefined = there is none.
 */
export function parseWeatherArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  domainIn: (file: string | undefined) => string | undefined,
): ParsedWeatherArguments {
  const line = readCommandLine(argv, {
    values: ["endpoint", "secret", "file"],
    switches: ["json", "off"],
    words: true,
  });
  const [word = "", ...words] = line.rest.map(({ value }) => value);
  const action = WEATHER_ACTIONS.find((one) => one === word);
  const problems = [...line.problems];
  if (action === undefined) {
    problems.push(`The first word cannot be "${word}"; known are ${WEATHER_ACTIONS.join(", ")}`);
    return { ok: false, problems };
  }
  const wanted = WORDS[action].split(" ").filter((name) => name !== "");
  if (words.length !== wanted.length) {
    const what = wanted.length === 0 ? "no further word" : WORDS[action];
    problems.push(`${action} takes ${what}, not "${words.join(" ")}"`);
  } else problems.push(...wordProblems(action, words));
  if (line.switches.has("json") && action !== "show") problems.push("--json goes with show");
  if (line.switches.has("off") && action !== "freeze" && action !== "exclude") {
    problems.push("--off goes with freeze and exclude");
  }
  const named = (line.values.endpoint ?? env.PURGE_ENDPOINT ?? "").replace(/\/+$/, "");
  const endpoint = named === "" ? endpointIn(() => domainIn(line.values.file), problems) : named;
  if (named !== "" && !(/^https?:\/\/[^/]+$/.test(named) && URL.canParse(named))) {
    problems.push(`The endpoint must be the Worker's URL such as https://img.example.org, not "${named}"`);
  }
  const secret = line.values.secret ?? env.PURGE_SECRET ?? "";
  if (secret === "") problems.push("No secret: set PURGE_SECRET, or give --secret");
  if (problems.length > 0) return { ok: false, problems };
  const order = orderOf(action, words, !line.switches.has("off"));
  const json = line.switches.has("json");
  return { ok: true, value: { action, order, json, secret, endpoint } };
}

/** Of the deployment; "" with a problem when there is none. */
function endpointIn(domain: () => string | undefined, problems: string[]): string {
  try {
    const known = domain();
    if (known !== undefined) return `https://${known}`;
    problems.push("No endpoint: set PURGE_ENDPOINT, give --endpoint, or deploy first (deployment.json has the domain)");
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return "";
}

function wordProblems(action: Action, words: readonly string[]): readonly string[] {
  const region = action === "set" ? words[1] : action === "exclude" ? words[0] : undefined;
  const [colo = ""] = words;
  const isKnown = action !== "set" || tableRegionOf(colo.toUpperCase(), ["enam"]) !== null;
  return [
    ...(isKnown ? [] : [`COLO cannot be ${colo}: it is no data centre of our table (three letters, such as MAD)`]),
    ...(region === undefined || REGION.test(region)
      ? []
      : [`REGION cannot be ${region}: a name out of a-z, 0-9 and -`]),
  ];
}

function orderOf(action: Action, words: readonly string[], on: boolean): WeatherArguments["order"] {
  const [first = "", second = ""] = words;
  switch (action) {
    case "show":
      return { show: true };
    case "freeze":
      return { freeze: on };
    case "exclude":
      return { exclude: first, on };
    case "set":
      return { set: first.toUpperCase(), region: second === TABLE ? null : second };
  }
}
