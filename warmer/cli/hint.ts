/** `npm run hint`: sends one hint, like an API server. It is signed if WARM_HINT_SECRET is set. */

import { parseAddress } from "../client/address.ts";
import { createHinter, type Hint } from "../client/hint.ts";
import { VARIABLES } from "../config/variables.ts";
import { LOCATION_HINTS } from "../hint/placeTable.ts";
import { FORMATS } from "../hint/protocol.ts";
import { explainHint } from "./explainHint.ts";
import { counted, readFlags, refuse } from "./flags.ts";

const USAGE = `Usage: npm run hint -- PATH… --region R | --country C | --continent K | --colo X
         [--format webp|avif|base] [--to HOST:PORT]
A path is the part of a URL after the host, such as /_/w:320/plain/https://example.org/a.jpg. The default of --to is
WARM_LISTEN, else ${VARIABLES.WARM_LISTEN.fallback}. The hint is signed if WARM_HINT_SECRET is set. It says which
paths would be dropped, and why. Regions of your own: set WARM_REGIONS as the warmer has it.`;

const PLACES = ["region", "country", "continent", "colo"] as const;

/** The warmer silently drops values of any other form, so they are checked here. */
const FORMS = {
  region: { form: new RegExp(`^(${regionNames().join("|")})$`), words: `the regions are ${regionNames().join(", ")}` },
  country: { form: /^[a-z]{2}$/i, words: "2 letters, such as ES" },
  continent: { form: /^[a-z]{2}$/i, words: "2 letters, such as EU" },
  colo: { form: /^[a-z]{3}$/i, words: "3 letters, such as MAD" },
  format: { form: new RegExp(`^(${FORMATS.join("|")})$`), words: `one of ${FORMATS.join(", ")}` },
} as const satisfies Record<string, { form: RegExp; words: string }>;

/** The regions of R2, and those of the settings if they are set here too. */
function regionNames(): readonly string[] {
  const own = (name: string): readonly string[] => (process.env[name] ?? "").split(",").filter((pair) => pair !== "");
  const deployed = own("WARM_REGIONS").map((pair) => pair.split("=")[0]?.trim() ?? "");
  const mapped = own("WARM_PLACES").flatMap((pair) => /^\s*r:([a-z0-9-]+)=/.exec(pair)?.[1] ?? []);
  return [...new Set([...LOCATION_HINTS, ...deployed, ...mapped])].filter((name) =>
    /^[a-z][a-z0-9-]{0,31}$/.test(name),
  );
}

const { values, positionals } = readFlags(USAGE, {
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    region: { type: "string" },
    country: { type: "string" },
    continent: { type: "string" },
    colo: { type: "string" },
    format: { type: "string" },
    to: { type: "string" },
  },
});
if (positionals.length === 0) refuse(USAGE, "Give a path");
if (PLACES.filter((place) => values[place] !== undefined).length !== 1) {
  refuse(USAGE, "Give exactly one of --region, --country, --continent and --colo");
}
const { to, ...fields } = values;
for (const [name, value] of Object.entries(fields)) {
  const { form, words } = FORMS[name as keyof typeof fields];
  if (!form.test(value)) refuse(USAGE, `--${name} cannot be ${value}: ${words}`);
}
const address = to ?? (process.env.WARM_LISTEN || VARIABLES.WARM_LISTEN.fallback);
if (parseAddress(address) === undefined) refuse(USAGE, `--to cannot be ${address}: HOST:PORT, a port from 1 to 65535`);
const secret = process.env.WARM_HINT_SECRET;
for (const line of explainHint(positionals, fields, Boolean(secret))) console.log(line);
const hinter = createHinter({ address, ...(secret ? { secret } : {}) });
hinter.hint({ ...fields, paths: positionals } as unknown as Hint);
await hinter.close();
const { sent, dropped, errors } = hinter.counts();
console.log(`${sent} sent to udp://${address}, ${dropped} dropped, ${counted(errors, "error")}`);
process.exit(sent > 0 && errors === 0 ? 0 : 1);
