/** Which overrides of the table of regions can have an effect (`regions` of the live settings). Pure. */
import { COLOS_BY_HINT } from "./colos.generated.ts";
import { COUNTRIES } from "./countries.ts";
import type { DeployedRegions } from "./regions.ts";

const words = (table: Readonly<Record<string, string>>): ReadonlySet<string> =>
  new Set(Object.values(table).flatMap((row) => row.split(" ")));

/** What may stand behind each prefix of a key. */
const PLACES = {
  colo: { known: words(COLOS_BY_HINT), what: "data centre of our table (three capital letters)" },
  c: { known: words(COUNTRIES), what: "country of ISO 3166-1 (two capital letters)" },
  k: { known: new Set(["AF", "AN", "AS", "EU", "NA", "OC", "SA"]), what: "continent (AF, AN, AS, EU, NA, OC or SA)" },
  // The name of a region, deployed or not: a hint, or a name of the operator's own.
  r: { known: null, what: "name of a region (a-z, 0-9 and -)" },
} as const satisfies Readonly<Record<string, { readonly known: ReadonlySet<string> | null; readonly what: string }>>;

const REGION_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

type Problem = { readonly of: "place" | "region"; readonly wrong: string };

/** Gives the check of one override: null, or what is wrong with its place (`colo:DXB`) or with its region. */
export function overrideCheck(deployed: DeployedRegions): (place: string, region: string) => Problem | null {
  return (place, region) => {
    const wrong = placeProblem(place);
    if (wrong !== null) return { of: "place", wrong };
    if (deployed.includes(region)) return null;
    return { of: "region", wrong: `cannot be ${quoted(region)}: deployed are ${deployed.join(", ") || "none"}` };
  };
}

function placeProblem(place: string): string | null {
  const [prefix = "", ...rest] = place.split(":");
  const name = rest.join(":");
  if (!isPrefix(prefix)) return `names no place: it begins with none of ${Object.keys(PLACES).join(":, ")}:`;
  const { known, what } = PLACES[prefix];
  if (known === null ? REGION_NAME.test(name) : known.has(name)) return null;
  return `names no place: ${quoted(name)} is no ${what}`;
}

function isPrefix(text: string): text is keyof typeof PLACES {
  return Object.hasOwn(PLACES, text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
