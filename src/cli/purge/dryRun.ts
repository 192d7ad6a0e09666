/** `npm run purge -- --dry-run`: what the first request would be, and which stored names it concerns. Sends nothing. */
import { asFailure, publicMessage } from "../../errors.ts";
import { type PurgeTarget, readPurgeOrder } from "../../request/control/purgeOrder.ts";
import { hostHash, sourceKeys } from "../../store/schema/key.ts";
import type { PurgeArguments } from "./arguments.ts";
import { orderBody } from "./orderBody.ts";

/**
 * Lines for a person. Throws an Error with the Worker's words when the Worker would refuse the order. What only the Worker
 * knows (whether a path's signature is right, which maker it uses itself) is not checked.
 */
export async function dryRun(args: PurgeArguments): Promise<string[]> {
  const { block, stale, endpoint, resume, sweepSeconds } = args;
  const body = orderBody(args, block, resume);
  const order = readOrder(body);
  return [
    `would send  POST ${endpoint === "" ? "(your Worker)" : endpoint}/purge ${JSON.stringify(body)}`,
    ...(stale ? [] : ["then        the same with the cursor of each answer, until one says that it is done"]),
    ...(sweepSeconds === 0
      ? []
      : [`after that  it waits ${sweepSeconds} s and deletes once more what was stored meanwhile; the block stays`]),
    ...(await concerned(order.target)),
    ...(stale ? ["how         nothing is deleted: what is stored counts as stale"] : []),
    "Nothing was sent.",
  ];
}

function readOrder(body: Readonly<Record<string, unknown>>): ReturnType<typeof readPurgeOrder> {
  try {
    return readPurgeOrder(body);
  } catch (error) {
    const { reason, facts } = asFailure(error);
    throw new Error(`The Worker would refuse this: ${publicMessage(reason, facts)}`);
  }
}

/** The hashes of the target and, in words, what is deleted under them. */
async function concerned(target: PurgeTarget): Promise<readonly string[]> {
  switch (target.kind) {
    case "source":
      return (await Promise.all(bothSchemes(target.source).map(sourceLines))).flat();
    case "prefix":
      return [
        ...(await hostLines(target.host)),
        `of them     sources that begin with ${target.prefix}, over http and https`,
      ];
    case "host":
      return [...(await hostLines(target.host)), "of them     everything"];
    case "maker":
      return [`maker       ${target.maker}: its renditions and masters of every source`];
    case "path":
      return ["picture     the Worker finds its source and options with its own keys"];
  }
}

async function sourceLines(source: string): Promise<readonly string[]> {
  const { host16, source32 } = await sourceKeys(source);
  return [`source      ${source}`, `  host16    ${host16}`, `  source32  ${source32}`];
}

async function hostLines(host: string): Promise<readonly string[]> {
  return [`host        ${host}`, `  host16    ${await hostHash(host)}`];
}

/** The Worker purges a source over http and https alike (handlers/purge.ts). */
function bothSchemes(source: string): readonly string[] {
  const rest = source.slice(source.indexOf(":"));
  return ["https", "http"].map((scheme) => new URL(scheme + rest).href);
}
