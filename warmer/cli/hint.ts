/** `npm run hint`: sends one hint, as an API server would. WARM_HINT_SECRET signs. */
import { createHinter, type Hint } from "../client/hint.ts";
import { VARIABLES } from "../variables.ts";
import { readFlags, refuse } from "./flags.ts";

const USAGE = `Usage: npm run hint -- PATH… --region R | --country C | --continent K | --colo X
         [--format webp|avif|base] [--to HOST:PORT]
A path is what follows the host, such as /_/w:320/plain/https://example.org/a.jpg. --to defaults to WARM_LISTEN, else
${VARIABLES.WARM_LISTEN.fallback}; WARM_HINT_SECRET in the environment signs.`;

const PLACES = ["region", "country", "continent", "colo"] as const;

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
const address = to ?? (process.env.WARM_LISTEN || VARIABLES.WARM_LISTEN.fallback);
const secret = process.env.WARM_HINT_SECRET;
const hinter = createHinter({ address, ...(secret ? { secret } : {}) });
hinter.hint({ ...fields, paths: positionals } as unknown as Hint);
await hinter.close();
const { sent, dropped, errors } = hinter.counts();
console.log(`${sent} sent to udp://${address}, ${dropped} dropped, ${errors} errors`);
process.exit(sent > 0 && errors === 0 ? 0 : 1);
