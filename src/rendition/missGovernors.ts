/** The governors of hosts, as one miss sees them: which host has one, and turns with them. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import type { Governor, TurnContext } from "../origin/governor/client/governedHosts.ts";
import type { Turn } from "../origin/governor/client/turn.ts";
import { governorOf } from "../origin/governor/hostGovernor.ts";
import { PolitenessRules } from "../origin/governor/politeness.ts";
import type { Governors } from "../origin/hostGuard.ts";
import { addStage } from "../telemetry.ts";

type Rules = Pick<App["config"], "politeness" | "regions">;
/** What is needed of the Worker. */
export type GovernedApp = Pick<App, "now"> & {
  readonly bindings: Pick<Env, "GOVERNOR">;
  readonly config: Rules;
  readonly state: Pick<App["state"], "governed">;
};

/** Rules are read once per configuration. */
const RULES = new WeakMap<Rules["politeness"], PolitenessRules>();

export class MissGovernors implements Governors {
  readonly #app: GovernedApp;
  readonly #context: TurnContext;
  readonly #source: { readonly host: string; readonly bytes: number | null };
  /** Milliseconds that the miss has waited for grants. */
  waitedMs = 0;

  /**
   * `source`: the host of the source, and the size of its body if it is known from an earlier fetch. `patienceMs`: the
   * longest wait for a grant.
   */
  constructor(
    source: { readonly host: string; readonly bytes: number | null },
    app: GovernedApp,
    { runsIn }: Pick<Caller, "runsIn">,
    { trace, waitUntil, priority }: Pick<Job, "trace" | "waitUntil" | "priority">,
    patienceMs = Number.POSITIVE_INFINITY,
  ) {
    this.#source = source;
    this.#app = app;
    this.#context = {
      priority,
      patienceMs,
      region: runsIn,
      now: app.now,
      later: waitUntil,
      onCall: () => trace.governorCalls++,
      onWaited: (ms) => {
        this.waitedMs += ms;
        addStage(trace, "governor", ms);
      },
    };
  }

  nameOf(host: string): string | null {
    const governor = this.#of(host);
    return this.#hosts.isGoverned(host, governor, this.#app.now()) ? governor.name : null;
  }

  turn(host: string): Turn | null {
    const { host: sourceHost, bytes } = this.#source;
    return this.#hosts.turn(host, this.#of(host), this.#context, host === sourceHost ? bytes : null);
  }

  concurrencyOf(host: string): number | null {
    return this.#of(host).rule?.concurrency ?? null;
  }

  learn(host: string, retryAfter: number | null): Promise<number> {
    return this.#hosts.learn(host, this.#of(host), retryAfter, this.#context);
  }

  learntUntil(host: string): number {
    return this.#hosts.learntUntil(host);
  }

  absorb(host: string, until: number): void {
    this.#hosts.absorb(host, until, this.#app.now());
  }

  get #hosts() {
    return this.#app.state.governed;
  }

  #of(host: string): Governor {
    const { bindings, config } = this.#app;
    let rules = RULES.get(config.politeness);
    if (rules === undefined) {
      rules = new PolitenessRules(config.politeness);
      RULES.set(config.politeness, rules);
    }
    // The same for both schemes: a host counts its clients as one.
    const governed = rules.of(new URL(`https://${host}/`));
    const open = () => governorOf(bindings.GOVERNOR, governed, this.#context.region, config.regions.length);
    return { name: governed.group, rule: governed.rule, open };
  }
}
