/** What the Worker works with, whoever asks: bindings, configuration, clock and the isolate's state. */
import type { Config } from "../config/config.ts";
import { readLedger } from "../live/ledger.ts";
import type { IsolateState } from "./isolateState.ts";
import { type Meter, meteredBindings } from "./meter.ts";
import { readConfig } from "./readConfig.ts";

export type App = {
  /** They count what they are asked in the meter of the invocation. */
  readonly bindings: Env;
  /** Variables with the live settings over them, as they were when the request came. */
  readonly config: Config;
  /** The same with what another request of this isolate has read since. */
  readonly latestConfig: () => Promise<Config>;
  /** Unix milliseconds. In production the clock moves at I/O only. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly state: IsolateState;
};

/** Takes work that goes on after the answer. Its failure is logged and harms nobody. */
export type WaitUntil = (work: Promise<unknown>) => void;

export type AppDeps = Pick<App, "now" | "fetch" | "state"> & {
  /** The Worker's bindings as the platform gives them. */
  readonly env: Env;
  readonly meter: Meter;
  readonly waitUntil: WaitUntil;
};

/** Reads the configuration. Throws Failure `misconfigured` with every problem of it. */
export async function createApp({ env, meter, now, fetch, state, waitUntil }: AppDeps): Promise<App> {
  const variables = variablesOf(env);
  const bindings = meteredBindings(env, meter);
  const ledger = () => readLedger(bindings.R2_PRIMARY);
  const latestConfig = () =>
    state.liveConfig.read(variables, {
      // Not before it is needed: a hit at the edge uses no binding.
      get kv() {
        return bindings.THUMBS;
      },
      ...{ ledger, now: now(), waitUntil },
    });
  return { bindings, config: await latestConfig(), latestConfig, now, fetch, state };
}

const VARIABLES = new WeakMap<Env, Config>();

/** The variables are parsed once per isolate. */
function variablesOf(env: Env): Config {
  let config = VARIABLES.get(env);
  if (config === undefined) {
    config = readConfig(env as unknown as Readonly<Record<string, unknown>>);
    VARIABLES.set(env, config);
  }
  return config;
}
