/** The governors of hosts, as one miss sees them: which host has one, and turns with them. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import type { Governor, TurnContext } from "../origin/governor/client/governedHosts.ts";
import type { Turn } from "../origin/governor/client/turn.ts";
import { governorOf } from "../origin/governor/hostGovernor.ts";
import { PolitenessRules } from "../origin/governor/politeness.ts";
import { isShared } from "../origin/governor/shares.ts";
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
  #expected: { readonly host: string; readonly bytes: number | null } | null = null;
  /** Asked before the exchange is certain. */
  #ahead: Turn | null = null;
  #known: { readonly host: string; readonly governor: Governor; readonly isFar: boolean } | null = null;
  /** Milliseconds that the miss has waited for grants. */
  waitedMs = 0;

  /** `patienceMs`: the longest wait for a grant. */
  constructor(
    app: GovernedApp,
    { runsIn }: Pick<Caller, "runsIn">,
    { trace, waitUntil, priority }: Pick<Job, "trace" | "waitUntil" | "priority">,
    patienceMs = Number.POSITIVE_INFINITY,
  ) {
    this.#app = app;
    this.#context = {
      priority,
      patienceMs,
      region: runsIn,
      now: app.now,
      later: waitUntil,
      onCall: (writes) => {
        trace.governorCalls++;
        if (writes) trace.governorWrites++;
      },
      onWaited: (ms) => {
        this.waitedMs += ms;
        addStage(trace, "governor", ms);
      },
    };
  }

  /** The size of the next body from `host`, if it is known from an earlier fetch. */
  expect(host: string, bytes: number | null): void {
    this.#expected = { host, bytes };
  }

  /** Asks the host's governor now for the turn that `turn` will give. `onlyFar`: not where it has an object in the region. */
  askAhead(host: string, { onlyFar }: { readonly onlyFar: boolean }): void {
    const { governor, isFar } = this.#of(host);
    if (this.#ahead !== null || (onlyFar && !isFar)) return;
    this.#ahead = this.#hosts.turn(host, governor, this.#context);
    this.#ahead?.askAhead();
  }

  /** Gives back what was asked ahead and not used. May be called at any time. */
  giveBack(): void {
    this.#ahead?.drop();
    this.#ahead = null;
  }

  nameOf(host: string): string | null {
    const { governor } = this.#of(host);
    return this.#hosts.isGoverned(host, governor, this.#app.now()) ? governor.name : null;
  }

  turn(host: string): Turn | null {
    const { governor } = this.#of(host);
    const ahead = this.#ahead;
    if (ahead !== null && ahead.governor === governor.name) {
      this.#ahead = null;
      return ahead;
    }
    this.giveBack();
    const bytes = this.#expected?.host === host ? this.#expected.bytes : null;
    return this.#hosts.turn(host, governor, this.#context, bytes);
  }

  concurrencyOf(host: string): number | null {
    return this.#of(host).governor.rule?.concurrency ?? null;
  }

  learn(host: string, retryAfter: number | null): Promise<number> {
    return this.#hosts.learn(host, this.#of(host).governor, retryAfter, this.#context);
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

  /** Most misses talk to one host. */
  #of(host: string) {
    this.#known = this.#known?.host === host ? this.#known : { host, ...this.#find(host) };
    return this.#known;
  }

  #find(host: string): { readonly governor: Governor; readonly isFar: boolean } {
    const { bindings, config } = this.#app;
    let rules = RULES.get(config.politeness);
    if (rules === undefined) {
      rules = new PolitenessRules(config.politeness);
      RULES.set(config.politeness, rules);
    }
    // The same for both schemes: a host counts its clients as one.
    const governed = rules.of(new URL(`https://${host}/`));
    const { group, rule } = governed;
    const regions = config.regions.length;
    const open = () => governorOf(bindings.GOVERNOR, governed, this.#context.region, regions);
    return { governor: { name: group, rule, open }, isFar: rule === null || !isShared(rule, regions) };
  }
}
