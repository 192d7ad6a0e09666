/**
 * `npm run hint -- PATH… [--region R | --country C | --continent K | --colo X] [--format F] [--to HOST:PORT]`: sends one
 * hint, as an API server would. `--to` defaults to WARM_LISTEN; WARM_HINT_SECRET signs.
 */
import { parseArgs } from "node:util";
import { createHinter, type Hint } from "../client/hint.ts";
import { VARIABLES } from "../variables.ts";

const { values, positionals } = parseArgs({
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
const { to, ...fields } = values;
const address = to ?? (process.env.WARM_LISTEN || VARIABLES.WARM_LISTEN.fallback);
const secret = process.env.WARM_HINT_SECRET;
const hinter = createHinter({ address, ...(secret ? { secret } : {}) });
hinter.hint({ ...fields, paths: positionals } as unknown as Hint);
await hinter.close();
const { sent, dropped, errors } = hinter.counts();
console.log(`${sent} sent to udp://${address}, ${dropped} dropped, ${errors} errors`);
if (positionals.length === 0) console.error("Give a path, such as /_/w:320/plain/https://example.org/a.jpg");
else if (dropped > 0) console.error("Give exactly one of --region, --country, --continent and --colo");
process.exit(sent > 0 && errors === 0 ? 0 : 1);
