/** `POST /weather`: shows the weather, and takes what the operator orders (`npm run weather`). Signed with PURGE_SECRET. */
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { tableRegionOf } from "../coordinate/regions.ts";
import { Failure } from "../errors.ts";
import { changeLedger } from "../live/ledger.ts";
import { readLiveSettings } from "../live/liveSettings.ts";
import { hasWeather } from "../live/weather.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { readWeatherOrder } from "../request/control/weatherOrder.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import type { WeatherAnswer } from "../weather/answer.ts";
import { type WeatherOrder, withOrder } from "../weather/moves.ts";
import { weatherOf } from "../weather/regionWeather.ts";
import type { WeatherSettings } from "../weather/settings.ts";
import type { WeatherView } from "../weather/view.ts";

/** How long `show` waits for the object of a region, in milliseconds. */
const VIEW_WAIT_MS = 5_000;

/** Throws Failure. */
export async function weather(http: Request, app: App, _: Caller, job: Job): Promise<Answer> {
  const { config, bindings, now } = app;
  if (config.purgeSecret === null) throw new Failure("not_found");
  const body = await readBody(http);
  await checkSignedBody(http.headers, "/weather", body, config.purgeSecret, now());
  const isColo = (code: string) => tableRegionOf(code, config.regions) !== null;
  const order = readWeatherOrder(parseObject(body), config.regions, isColo);
  job.trace.door = "weather";
  const on = hasWeather(config) && (bindings as Partial<Env>).REGION_WEATHER !== undefined;
  const answer = { v: 1, on, regions: config.regions } as const;
  if (order !== null) {
    return jsonAnswer(200, { ...answer, weather: await obey(order, app) } satisfies WeatherAnswer);
  }
  const views = on ? await viewsOf(app) : [];
  return jsonAnswer(200, { ...answer, weather: config.weatherSettings, views } satisfies WeatherAnswer);
}

/** Changes the ledger. This isolate knows of it at once, the others within the settings' age. */
async function obey(order: WeatherOrder, { bindings, config, now, state }: App): Promise<WeatherSettings> {
  const rules = { deployed: config.regions, overrides: config.regionOverrides };
  const text = await changeLedger(
    bindings,
    (settings) => ({ ...settings, weather: withOrder(settings.weather, order, rules) }),
    now(),
  );
  state.liveConfig.replace(text, now());
  return readLiveSettings(text).weather;
}

function viewsOf({ bindings, config }: App): Promise<(WeatherView | null)[]> {
  const views = config.regions.map((region) =>
    withTimeout(weatherOf(bindings.REGION_WEATHER, region).show(), VIEW_WAIT_MS),
  );
  return Promise.all(views.map((view) => view.catch(() => null)));
}
