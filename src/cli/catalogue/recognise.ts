/** `npm run catalogue -- recognise RUN --budget 50` orders labels for the pictures of a run (`POST /labels`). */

import type { Picture } from "../../catalogue/recognition/order.ts";
import { SERVICES, type ServiceName } from "../../catalogue/recognition/recogniser.ts";
import { readCommandLine } from "../commandLine.ts";
import { counted } from "../counted.ts";
import { callSigned, type SignedCall } from "../signedCall.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import { LOG_USAGE, LOG_VALUES, readLogArguments } from "./outcomes/logArguments.ts";
import { withLog } from "./outcomes/openLog.ts";
import { choosePictures } from "./recognise/choose.ts";
import { readWhere, TEXTS } from "./recognise/where.ts";

const USAGE = `Sends stored pictures of RUN to a recognition service (Amazon Rekognition or Workers AI) and stores the labels.
It costs money. Nothing is sent without --budget, and nothing with --dry-run.
Usage: npm run catalogue -- recognise RUN --budget DOLLARS [--where provider=NAME,source=NAME,views>=N] [--dry-run]
         [--again] [--order NAME] [--service rekognition|workers-ai] [--worker URL] [--secret TEXT]
${LOG_USAGE}
The command says first how many pictures and dollars it will be. --dry-run ends there. The most viewed pictures come first.
Pictures that have labels are left out without --again.
--where has conditions with commas between them, and all must hold: views>=N, and NAME=TEXT with
${TEXTS.join(", ")}. --order (default: the run) is whose budget it is: calls of earlier orders of that name
count. Worker and secret default to CATALOGUE_ENDPOINT and LABELS_SECRET in the environment.`;

const DOOR = { path: "/labels", variable: "LABELS_SECRET" } as const;
/** Pictures and bytes of one order; the door takes 1 000 and 1 MiB. */
const STEP = { pictures: 1_000, bytes: 900_000 } as const;
const MICROS = 1_000_000;

export const RECOGNISE: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const line = readCommandLine(argv, {
      values: ["where", "budget", "order", "service", "worker", "secret", ...LOG_VALUES],
      switches: ["dry-run", "again"],
      words: true,
    });
    const log = readLogArguments(line, env);
    const { where, budget = "", order = log.value.run, service = "rekognition" } = line.values;
    const conditions = where === undefined ? { value: [], problems: [] } : readWhere(where);
    const problems = [...line.problems, ...log.problems, ...conditions.problems];
    if (!/^\d{1,6}(\.\d{1,6})?$/.test(budget))
      problems.push(`--budget cannot be "${budget}": dollars, such as 50 or 0.5`);
    if (!isService(service)) problems.push(`--service cannot be ${service}: ${Object.keys(SERVICES).join(", ")}`);
    const isDry = line.switches.has("dry-run");
    const endpoint = (line.values.worker ?? env.CATALOGUE_ENDPOINT ?? "").replace(/\/+$/, "");
    const secret = line.values.secret ?? env.LABELS_SECRET ?? "";
    if (!isDry && !/^https?:\/\//.test(endpoint))
      problems.push("No Worker: set CATALOGUE_ENDPOINT, or give --worker URL");
    if (!isDry && secret === "") problems.push("No secret: set LABELS_SECRET, or give --secret");
    if (problems.length > 0 || !isService(service)) return refuse(USAGE, ...problems);
    return withLog(log.value, "The same call orders the rest.", async (open) => {
      const all = await choosePictures(log.value, conditions.value, line.switches.has("again"), open);
      const { priceMicros, read, source } = SERVICES[service];
      const some = all.slice(0, Math.floor((Number(budget) * MICROS) / priceMicros));
      const dollars = (pictures: number) => `$${((pictures * priceMicros) / MICROS).toFixed(3)}`;
      console.log(`${counted(all.length, "picture")} would cost ${dollars(all.length)}`);
      console.log(
        `${counted(some.length, "picture")} for ${dollars(some.length)} of $${budget} with ${service}, by the price list of ${read} (${source})`,
      );
      if (isDry || some.length === 0) return 0;
      const onRetry = (why: string, seconds: number) => console.error(`${why}; again in ${seconds} s`);
      const call: SignedCall = { endpoint, secret, signal: open.signal, onRetry };
      console.log(JSON.stringify(await orderAll(some, { order, budget: Number(budget) }, call)));
      return 0;
    });
  },
};

function isService(name: string): name is ServiceName {
  return Object.hasOwn(SERVICES, name);
}

type Ordered = { readonly accepted: number; readonly spent: number; readonly open: number };

async function orderAll(
  pictures: readonly Picture[],
  budget: { readonly order: string; readonly budget: number },
  call: SignedCall,
): Promise<Ordered> {
  let ordered: Ordered = { accepted: 0, spent: 0, open: 0 };
  for (const step of stepsOf(pictures)) {
    const { accepted, spent, open } = await callSigned({ ...budget, pictures: step }, DOOR, call, (body) =>
      typeof body.accepted === "number" ? (body as unknown as Ordered) : undefined,
    );
    ordered = { accepted: ordered.accepted + accepted, spent, open };
  }
  return ordered;
}

function* stepsOf(pictures: readonly Picture[]): Generator<readonly Picture[]> {
  let step: Picture[] = [];
  let bytes = 0;
  for (const { id, url } of pictures) {
    const size = Buffer.byteLength(JSON.stringify({ id, url })) + 1;
    if (step.length === STEP.pictures || bytes + size > STEP.bytes) {
      yield step;
      [step, bytes] = [[], 0];
    }
    step.push({ id, url });
    bytes += size;
  }
  if (step.length > 0) yield step;
}
