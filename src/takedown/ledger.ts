/**
 * The ledger of purges and takedowns: one JSON object in the primary bucket, changed under its ETag, so that two
 * operators at once lose nothing; KV, which cannot do that, only gets the result for every isolate to read.
 */
import { type LiveSettings, NO_SETTINGS, readLiveSettings } from "../config/live.ts";
import { Failure } from "../errors.ts";
import { SETTINGS_KEY } from "../settings.ts";

export const LEDGER_KEY = "settings/ledger.json";
const TRIES = 8;
const PUBLISH_TRIES = 4;
const PUBLISH_PAUSE_MS = 1_100;

export type LedgerStores = { readonly R2_PRIMARY: R2Bucket; readonly THUMBS: KVNamespace };

/**
 * Applies `change` to the ledger and publishes the settings that follow. Gives their text. What an operator wrote into
 * KV by hand stays: other fields as they are, takedowns and epochs as the change sees them. Throws Failure
 * `misconfigured` when what is stored cannot be read, and what the services throw.
 */
export async function changeLedger(
  stores: LedgerStores,
  change: (settings: LiveSettings) => LiveSettings,
): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [object, published] = await Promise.all([
      stores.R2_PRIMARY.get(LEDGER_KEY),
      stores.THUMBS.get(SETTINGS_KEY, { type: "text" }),
    ]);
    const known = merged(readLiveSettings(published), readLiveSettings(object === null ? null : await object.text()));
    const settings = change(known);
    const text = JSON.stringify(settings);
    const { blocked, epochs } = settings;
    const onlyIf = object === null ? { etagDoesNotMatch: "*" } : { etagMatches: object.etag };
    const ledger = JSON.stringify({ ...NO_SETTINGS, blocked, epochs });
    if ((await stores.R2_PRIMARY.put(LEDGER_KEY, ledger, { onlyIf })) === null) continue;
    await publish(stores.THUMBS, text);
    return text;
  }
  throw new Failure("internal", {}, `the ledger changed ${TRIES} times while we changed it`);
}

/** The ledger's text, which the live settings' reader takes; null when nothing was ever purged. */
export async function readLedger(bucket: R2Bucket): Promise<string | null> {
  const object = await bucket.get(LEDGER_KEY);
  return object === null ? null : object.text();
}

/** KV takes one write a second for a key: a refused one is tried again after that. */
async function publish(kv: KVNamespace, text: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await kv.put(SETTINGS_KEY, text);
    } catch (error) {
      if (tries === PUBLISH_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PUBLISH_PAUSE_MS));
    }
  }
}

/** Both together: KV may be a minute old, the ledger knows nothing of what was written by hand. */
export function merged(published: LiveSettings, ledger: LiveSettings): LiveSettings {
  const epochs: Record<string, number> = { ...published.epochs };
  for (const [host, epoch] of Object.entries(ledger.epochs)) epochs[host] = Math.max(epoch, epochs[host] ?? 0);
  const both = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  return {
    ...published,
    epochs,
    blocked: {
      sources: both(published.blocked.sources, ledger.blocked.sources),
      hosts: both(published.blocked.hosts, ledger.blocked.hosts),
    },
  };
}
