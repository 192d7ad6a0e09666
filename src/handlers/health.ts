/** `GET /healthz`: whether this Worker can read its configuration, which version it is, and who serves the caller. */
import { version } from "../../package.json";
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import { hasWeather } from "../live/weather.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { type BindingsHealth, WITH_BINDINGS } from "./bindingsHealth.ts";

const HEAVY_WAIT_MS = 2_000;

/**
 * `deployment`: Cloudflare's id of the deployed version, and the tag it was deployed with: the git commit. `?bindings` adds
 * BindingsHealth. It is not in the plain answer, because a monitor's call must not depend on the heavy Worker.
 */
export async function health(http: Request, { bindings, config }: App, { region }: Caller): Promise<Answer> {
  const { id = null, tag = null } = (bindings as Partial<Env>).VERSION ?? {};
  const asked = new URL(http.url).searchParams.has(WITH_BINDINGS);
  const more = asked ? { bindings: await bindingsHealth(bindings, config) } : {};
  return jsonAnswer(200, { status: "ok", region, version, deployment: { id, tag }, ...more });
}

async function bindingsHealth(
  { COORDINATOR, GOVERNOR, MASTERS, REGION_WEATHER, HEAVY }: Partial<Env>,
  config: App["config"],
): Promise<BindingsHealth> {
  return {
    coordinator: COORDINATOR !== undefined,
    governor: GOVERNOR !== undefined,
    masters: MASTERS !== undefined,
    weather: !hasWeather(config) ? "off" : REGION_WEATHER === undefined ? "absent" : "bound",
    heavy: HEAVY === undefined ? "absent" : await heavyHealth(HEAVY),
  };
}

/** The heavy Worker answers every request of HTTP with 200 (src/heavy/worker.ts). */
async function heavyHealth(heavy: Fetcher): Promise<BindingsHealth["heavy"]> {
  try {
    const answer = await withTimeout(heavy.fetch("https://heavy.invalid/"), HEAVY_WAIT_MS);
    await answer.body?.cancel();
    return answer.ok ? "answers" : "silent";
  } catch {
    return "silent";
  }
}
