/**
 * The ledger of purges, takedowns and weather: one JSON object in the primary bucket, changed under its ETag, so that two
 * changes at once lose nothing; KV, which cannot do that, only gets the result for every isolate to read.
 */

import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { type Lifted, liftedAfter, NOTHING_LIFTED, readLifted, withoutLifted } from "./lifted.ts";
import { type LiveSettings, NO_SETTINGS, readLiveSettings } from "./liveSettings.ts";
import { type BlockOrder, NO_ORDERS, type Orders, readOrders, refuseOutdated, withOrder } from "./orders.ts";
import { SETTINGS_KEY } from "./settingsCache.ts";
import { LEDGER_KEY } from "./takedown.ts";
import { isWeatherSet } from "./weather.ts";

const TRIES = 16;
const PUBLISH_TRIES = 4;
const PUBLISH_PAUSE_MS = 1_100;

export type LedgerStores = { readonly R2_PRIMARY: R2Bucket; readonly THUMBS: KVNamespace };

/** What the ledger holds: settings of which only takedowns, epochs and weather are set, and what was ordered and lifted lately. */
export type Ledger = { readonly settings: LiveSettings; readonly lifted: Lifted; readonly orders: Orders };

/**
 * Applies `change` to the ledger at the time `now` (unix ms) and publishes the settings that follow. Gives their text.
 * What an operator wrote into KV by hand stays: other fields as they are, takedowns and epochs as the change sees them.
 * Weather is the ledger's alone.
 * `order` is what the change does as a block or a lift. Throws Failure `body_invalid` when the order is outdated,
 * `misconfigured` when what is stored cannot be read, and what the services throw.
 */
export async function changeLedger(
  stores: LedgerStores,
  change: (settings: LiveSettings) => LiveSettings,
  now: number,
  order: BlockOrder | null = null,
): Promise<string> {
  let [pending, pendingOrder] = [change, order];
  for (let tries = 0; tries < TRIES; tries++) {
    const [object, published] = await Promise.all([
      stores.R2_PRIMARY.get(LEDGER_KEY),
      stores.THUMBS.get(SETTINGS_KEY, { type: "text" }),
    ]);
    const before = object === null ? null : await object.text();
    const ledger = parseLedger(before);
    const known = merged(readLiveSettings(published), ledger, now);
    if (pendingOrder !== null) refuseOutdated(ledger.orders, known, pendingOrder);
    const settings = pending(known);
    const lifted = liftedAfter(ledger.lifted, known, settings, now);
    const after = ledgerText({ settings, lifted, orders: withOrder(ledger.orders, pendingOrder, now) });
    const etag = after === before ? object?.etag : await replace(stores.R2_PRIMARY, object, after);
    if (etag === undefined) continue;
    const text = JSON.stringify(shortened(settings));
    await publish(stores.THUMBS, text);
    if ((await stores.R2_PRIMARY.head(LEDGER_KEY))?.etag === etag) return text;
    // Somebody changed it after us and may have published before us: KV gets theirs again. Our change is in it, or they
    // took it back.
    [pending, pendingOrder] = [(settings) => settings, null];
  }
  throw new Failure("internal", {}, `the ledger changed ${TRIES} times while we changed it`);
}

/** The new object's ETag; undefined when another one stands there than `object` by now. */
async function replace(bucket: R2Bucket, object: R2Object | null, text: string): Promise<string | undefined> {
  const onlyIf = object === null ? { etagDoesNotMatch: "*" } : { etagMatches: object.etag };
  return (await bucket.put(LEDGER_KEY, text, { onlyIf }))?.etag;
}

/** The ledger as text of live settings; null when nothing was ever purged. Throws Failure `misconfigured`. */
export async function readLedger(bucket: R2Bucket): Promise<string | null> {
  const object = await bucket.get(LEDGER_KEY);
  return object === null ? null : JSON.stringify(parseLedger(await object.text()).settings);
}

/**
 * What the ledger blocks. It is never old: whoever stores first and reads this then, either finds the takedown or stored before
 * the takedown's purge began to delete. Throws Failure `misconfigured`.
 */
export async function readBlocked(bucket: R2Bucket): Promise<Pick<Config, "blocked">> {
  const { sources, hosts } = readLiveSettings(await readLedger(bucket)).blocked;
  return { blocked: { sources: new Set(sources), hosts: new Set(hosts) } };
}

/** An object of an older Worker has neither `lifted` nor `orders`. */
function parseLedger(text: string | null): Ledger {
  if (text === null) return { settings: NO_SETTINGS, lifted: NOTHING_LIFTED, orders: NO_ORDERS };
  const { lifted, rest: withOrders } = readLifted(text);
  const { orders, rest } = readOrders(withOrders);
  return { settings: readLiveSettings(rest), lifted, orders };
}

function ledgerText({ settings, lifted, orders }: Ledger): string {
  const { blocked, epochs, staleEpochs, retiredMakers, weather } = settings;
  const ours = { ...NO_SETTINGS, blocked, epochs, staleEpochs, retiredMakers, weather };
  return JSON.stringify({ ...shortened(ours), lifted, ...(Object.keys(orders).length === 0 ? {} : { orders }) });
}

/** Without a table that is empty: a Worker of yesterday does not know its name and must be able to read the text. */
function shortened(settings: LiveSettings): Partial<LiveSettings> {
  const { staleEpochs, politeness, weather, ...rest } = settings;
  const isSet = (table: object) => Object.keys(table).length > 0;
  return {
    ...rest,
    ...(isSet(staleEpochs) && { staleEpochs }),
    ...(isSet(politeness) && { politeness }),
    ...(isWeatherSet(weather) && { weather }),
  };
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

/**
 * Both together: KV may be a minute old, the ledger knows nothing of what was written by hand. So what either blocks is
 * blocked, save what KV only blocks because it has not heard of its lifting.
 */
export function merged(
  published: LiveSettings,
  { settings: ledger, lifted }: Pick<Ledger, "settings" | "lifted">,
  now: number,
): LiveSettings {
  const heard = withoutLifted(published, lifted, now);
  const both = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  return {
    ...published,
    epochs: latest(published.epochs, ledger.epochs),
    staleEpochs: latest(published.staleEpochs, ledger.staleEpochs),
    retiredMakers: both(published.retiredMakers, ledger.retiredMakers),
    weather: isWeatherSet(ledger.weather) ? ledger.weather : published.weather,
    blocked: {
      sources: both(heard.sources, ledger.blocked.sources),
      hosts: both(heard.hosts, ledger.blocked.hosts),
    },
  };
}

function latest(a: LiveSettings["epochs"], b: LiveSettings["epochs"]): LiveSettings["epochs"] {
  const table: Record<string, number> = { ...a };
  for (const [host, epoch] of Object.entries(b)) table[host] = Math.max(epoch, table[host] ?? 0);
  return table;
}
