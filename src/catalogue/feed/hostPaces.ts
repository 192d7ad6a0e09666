/** The pace of each host by the rules in force, remembered: the feed asks for it at every step. */
import { PolitenessRules, type PolitenessSettings } from "../../origin/governor/politeness.ts";
import { type JobPace, jobPace } from "../jobPace.ts";

export class HostPaces {
  #rules = new PolitenessRules({});
  #known = new Map<string, JobPace>();

  use(settings: PolitenessSettings): void {
    this.#rules = new PolitenessRules(settings);
    this.#known = new Map();
  }

  /** `host` as `URL.host` writes it; `pictures`: of it in the run. */
  of(host: string, pictures: number): JobPace {
    const key = `${pictures} ${host}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const url = URL.parse(`https://${host}/`);
    const pace = jobPace(url === null ? null : this.#rules.of(url).rule, pictures);
    this.#known.set(key, pace);
    return pace;
  }
}
