/** What one request works with: configuration, place, clock, bindings. Made once, handed down as it is. */

import { Priority } from "../concurrency/priority.ts";
import { type Config, parseConfig } from "../config/config.ts";
import { type CfPlace, placeOf } from "../coordinate/place.ts";
import { regionOf } from "../coordinate/regions.ts";
import { asFailure } from "../errors.ts";
import { readLedger } from "../live/ledger.ts";
import { withSettings } from "../live/liveSettings.ts";
import { SettingsCache } from "../live/settingsCache.ts";
import { clientKey } from "../policy/rate.ts";
import { checkRefusals } from "../policy/unsigned.ts";
import { ownAddress } from "../request/ownAddress.ts";
import { newTrace, record, type Trace } from "../telemetry.ts";
import { type Isolate, newIsolate } from "./isolate.ts";

export type Scope = {
  readonly env: Env;
  /** Variables with the live settings over them. */
  readonly config: Config;
  /** The same with what another request of this isolate may have learnt since. */
  readonly refreshedConfig: () => Promise<Config>;
  /** Our own origin and its host (with port), e.g. `https://img.example.org`. */
  readonly origin: string;
  readonly ownHost: string;
  readonly region: string;
  /** Whom misses are counted for; never logged or kept. */
  readonly client: () => string;
  readonly now: () => number;
  readonly trace: Trace;
  readonly isolate: Isolate;
  /** A push of the warmer, or work that no request asks for: only the region's bucket and the primary count. */
  readonly warming: boolean;
  /** In every queue; of what a user joins it rises. */
  readonly priority: Priority;
  /** Work that goes on after the answer; its failure is logged and harms nobody. */
  readonly later: (work: Promise<unknown>) => void;
};

/** On loopback only: a developer says where the user is, as `X-Firstlight-Colo: MAD`. */
const COLO_HEADER = "x-firstlight-colo";

const ISOLATE = newIsolate();
const SETTINGS = new SettingsCache();
const CONFIGS = new WeakMap<Env, Config>();

/** Opens a request's scope. Throws Failure `misconfigured` with every problem of the configuration. */
export async function openScope(request: Request, env: Env, ctx: Pick<ExecutionContext, "waitUntil">): Promise<Scope> {
  const now = () => Date.now();
  const later = (work: Promise<unknown>) => ctx.waitUntil(work.catch(logFailure));
  const variables = configOf(env);
  const ledger = () => readLedger(env.R2_PRIMARY);
  const refreshedConfig = async () => live(variables, await SETTINGS.get(env.THUMBS, now(), later, ledger));
  const config = await refreshedConfig();
  const { origin, host, loopback } = ownAddress(request.url);
  const chosen = loopback ? request.headers.get(COLO_HEADER) : null;
  const place = chosen === null ? placeOf(request.cf as CfPlace | undefined) : { colo: chosen };
  const region = regionOf(place, config.regions, config.regionOverrides);
  const client = () => clientKey(request.headers.get("cf-connecting-ip"));
  const trace = newTrace(region, place?.colo ?? "");
  return {
    env,
    config,
    refreshedConfig,
    origin,
    ownHost: host,
    region,
    client,
    now,
    trace,
    isolate: ISOLATE,
    warming: false,
    priority: new Priority("user"),
    later,
  };
}

/** The scope of work that no request asks for, such as a queue's: behind all users. */
export function scopeBehind(env: Env, ctx: Pick<ExecutionContext, "waitUntil">, region: string): Promise<Scope> {
  return openScope(new Request("https://queue.invalid/"), env, ctx).then((scope) => ({
    ...scope,
    region,
    warming: true,
    priority: new Priority("warm"),
  }));
}

/** Work behind an answer that was already given: with a trace of its own, logged when done. */
export function behind(scope: Scope, work: (apart: Scope) => Promise<unknown>): void {
  const trace = {
    ...newTrace(scope.trace.region, scope.trace.colo),
    door: "behind",
    sourceHost: scope.trace.sourceHost,
  };
  const done = () => record(trace, { events: scope.env.EVENTS, report: false });
  scope.later(work({ ...scope, trace }).finally(done));
}

/** Takes over settings this isolate has just written, so that its next request already sees them. */
export function replaceSettings(text: string, now: number): void {
  SETTINGS.replace(text, now);
}

function configOf(env: Env): Config {
  let config = CONFIGS.get(env);
  if (config === undefined) {
    config = parseConfig(env as unknown as Readonly<Record<string, unknown>>);
    checkRefusals(config);
    CONFIGS.set(env, config);
  }
  return config;
}

let merged: { readonly variables: Config; readonly text: string | null; readonly config: Config } | null = null;

/**
 * The settings' text is parsed once, not once per request. One that cannot be read leaves the last good one in force;
 * an isolate that has none refuses to work, since it cannot know what was taken down.
 */
function live(variables: Config, text: string | null): Config {
  if (merged?.variables === variables && merged.text === text) return merged.config;
  try {
    merged = { variables, text, config: text === null ? variables : withSettings(variables, text) };
  } catch (error) {
    if (merged?.variables !== variables) throw error;
    logFailure(new Error(`live settings not taken over: ${asFailure(error).detail}`));
    merged = { ...merged, text };
  }
  return merged.config;
}

function logFailure(error: unknown): void {
  console.error(JSON.stringify({ msg: "afterwards", error: error instanceof Error ? error.message : String(error) }));
}
