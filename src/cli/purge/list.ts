/**
 * `npm run purge -- --list`: what is blocked, purged and retired now, from the ledger in the primary bucket (live/ledger.ts).
 * The ledger holds hashes and no addresses. With a source or host it says what holds for that one.
 */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { readPurgeOrder } from "../../request/control/purgeOrder.ts";
import { hostHash, sourceKeys } from "../../store/schema/key.ts";
import { counted } from "../counted.ts";
import { storeFailure } from "../failures.ts";
import type { ListArguments } from "./arguments.ts";

/** As live/ledger.ts has it. That file needs the types of a Worker, so this program cannot import it. */
const LEDGER_KEY = "settings/ledger.json";

/** Fields that this program shows; a ledger of another version may have more of them, or fewer. */
type Ledger = {
  readonly blocked?: { readonly sources?: readonly string[]; readonly hosts?: readonly string[] };
  readonly epochs?: Readonly<Record<string, number>>;
  readonly retiredMakers?: readonly string[];
};

const BY_HAND =
  "Not listed: what somebody blocked by hand in the live settings since the last purge " +
  "(npx wrangler kv key get --binding THUMBS --remote settings).";
const TRIES = 3;

/** Lines for a person. Throws an Error in words when the ledger cannot be read. */
export async function list(args: ListArguments): Promise<readonly string[]> {
  const ledger = await readLedger(args);
  if (ledger === null) return ["Nothing was ever blocked or purged here: there is no ledger.", BY_HAND];
  return args.target === null ? [...everything(ledger), BY_HAND] : [...(await about(args.target, ledger)), BY_HAND];
}

/** Null: there is none. */
async function readLedger({
  endpoint,
  accessKeyId,
  secretAccessKey,
  bucketPrefix,
}: ListArguments): Promise<Ledger | null> {
  const bucket = `${bucketPrefix}primary`;
  const s3 = new S3Client({
    ...{ endpoint, region: "auto", forcePathStyle: true, maxAttempts: TRIES },
    credentials: { accessKeyId, secretAccessKey },
  });
  let text: string | undefined;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: LEDGER_KEY }));
    text = await Body?.transformToString();
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return null;
    throw new Error(storeFailure(error, endpoint, [bucket]));
  } finally {
    s3.destroy();
  }
  try {
    return JSON.parse(text ?? "") as Ledger;
  } catch {
    throw new Error(`${LEDGER_KEY} in ${bucket} is no JSON`);
  }
}

function everything({ blocked = {}, epochs = {}, retiredMakers = [] }: Ledger): readonly string[] {
  const { sources = [], hosts = [] } = blocked;
  const purged = Object.entries(epochs).sort(([, a], [, b]) => b - a);
  return [
    `${counted(hosts.length, "host is", "hosts are")} blocked${hosts.length === 0 ? "" : ", by host16:"}`,
    ...hosts.map((hash) => `  ${hash}`),
    `${counted(sources.length, "source is", "sources are")} blocked${sources.length === 0 ? "" : ", by source32:"}`,
    ...sources.map((hash) => `  ${hash}`),
    `${counted(purged.length, "host was", "hosts were")} purged${purged.length === 0 ? "" : ", by host16, the latest first:"}`,
    ...purged.map(([hash, at]) => `  ${hash}  ${timeOf(at)}`),
    `${counted(retiredMakers.length, "maker is", "makers are")} retired${retiredMakers.length === 0 ? "" : ":"}`,
    ...retiredMakers.map((maker) => `  ${maker}`),
  ];
}

async function about(field: Readonly<Record<string, string>>, ledger: Ledger): Promise<readonly string[]> {
  const { target } = readPurgeOrder(field);
  if (target.kind === "host") return hostLines(target.host, await hostHash(target.host), ledger);
  if (target.kind !== "source") return [];
  const { host16, source32 } = await sourceKeys(target.source);
  const blocked = ledger.blocked?.sources?.includes(source32) === true;
  return [
    `source  ${target.source}`,
    `  ${source32}  ${blocked ? "blocked" : "not blocked"}`,
    ...hostLines(new URL(target.source).host, host16, ledger),
  ];
}

function hostLines(host: string, host16: string, { blocked, epochs }: Ledger): readonly string[] {
  const at = epochs?.[host16];
  return [
    `host    ${host}`,
    `  ${host16}  ${blocked?.hosts?.includes(host16) === true ? "blocked" : "not blocked"}`,
    `  ${at === undefined ? "never purged" : `last purged ${timeOf(at)}`}`,
  ];
}

function timeOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms);
}
