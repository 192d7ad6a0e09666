/**
 * The Durable Object of a region's weather: clock, alarm, disk and ledger around `decide`. Binding `REGION_WEATHER`, one
 * object per region, named as the region. What it remembers is in SQLite: it sleeps between two reports where there are few.
 */
import { DurableObject } from "cloudflare:workers";
import type { Settings } from "../config/setting.ts";
import { readSettings } from "../config/settings.ts";
import { isLocationHint } from "../coordinate/regions.ts";
import { asFailure } from "../errors.ts";
import { changeLedger, readLedger } from "../live/ledger.ts";
import { readLiveSettings } from "../live/liveSettings.ts";
import { SETTINGS_KEY } from "../live/settingsCache.ts";
import { hasWeather } from "../live/weather.ts";
import { decide } from "./decide.ts";
import { withMoves } from "./moves.ts";
import { readReport } from "./readReport.ts";
import type { WeatherReport } from "./report.ts";
import { type DecideConfig, NO_STATE, type WeatherState, withPresent } from "./state.ts";
import { viewOf, type WeatherView } from "./view.ts";

/** What an isolate says and hears. Calls may reject: the caller ignores that. */
export type WeatherPort = {
  /** Takes a report of a data centre whose `home` (reading.ts) the region is. */
  report(report: WeatherReport): Promise<void>;
  /** The figures behind the decisions, for `npm run weather -- show`. */
  show(): Promise<WeatherView>;
};

const ALARM_MS = 60_000;
/** Reports are written to disk this often at most: that bounds the rows. */
const SAVE_MS = 2_000;
/** More reports than this in a minute are left out. They take about 10 MB. */
const MAX_REPORTS = 20_000;
/** An isolate reports twice a minute. One that is broken must not take the place of all others. */
const MAX_OF_ISOLATE = 8;
/** Reports of a row on disk, which takes 2 MB at most. A report takes 2 kB at most. */
const ROW_REPORTS = 500;
/** Without a report for so long, and with every data centre at home, the object sleeps. */
const SLEEP_MS = 600_000;

/**
 * KV may show its old text for a minute, and another change of the ledger may write an older text over it. After so many
 * decisions with an older map in KV, the ledger is published there again.
 */
const BEHIND = 3;

/**
 * What is on disk. `at`: the last decision; `heardAt`: the last report. Unix ms. `isOwed`: a change of the ledger was begun, and
 * it is not known whether the isolates have got it.
 */
type Saved = {
  readonly region: string;
  readonly state: WeatherState;
  readonly changes: Readonly<Record<string, number | null>>;
  readonly at: number;
  readonly heardAt: number;
  readonly isOwed?: boolean;
};

export class RegionWeather extends DurableObject<Env> {
  #saved: Saved | null = null;
  #reports: WeatherReport[] = [];
  #unsaved: WeatherReport[] = [];
  /** Isolate -> its reports in this minute. */
  #ofIsolate = new Map<string, number>();
  #savedAt = 0;
  /** For so many decisions in a row KV had an older map than the ledger. */
  #behind = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#load();
  }

  #load(): void {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS weather (id INTEGER PRIMARY KEY, saved TEXT NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY AUTOINCREMENT, reports TEXT NOT NULL)");
    const [row] = sql.exec<{ saved: string }>("SELECT saved FROM weather WHERE id = 0").toArray();
    const saved = row === undefined ? null : (JSON.parse(row.saved) as Saved);
    // A state of an older Worker may lack a field.
    this.#saved = saved && { ...saved, state: { ...NO_STATE, ...saved.state } };
    const rows = sql.exec<{ reports: string }>("SELECT reports FROM report ORDER BY id").toArray();
    this.#reports = rows.flatMap(({ reports }) => JSON.parse(reports) as WeatherReport[]);
  }

  /** An isolate's report to the object of `region`. */
  async report(said: WeatherReport, region: string): Promise<void> {
    const report = readReport(said);
    if (report === null || this.#reports.length >= MAX_REPORTS) return;
    const { isolate } = report;
    const before = this.#ofIsolate.get(isolate) ?? 0;
    if (before >= MAX_OF_ISOLATE) return;
    this.#ofIsolate.set(isolate, before + 1);
    const now = Date.now();
    this.#reports.push(report);
    this.#unsaved.push(report);
    this.#saved ??= { region, state: NO_STATE, changes: {}, at: 0, heardAt: now };
    if (now - this.#savedAt >= SAVE_MS || now < this.#savedAt) this.#saveReports(now);
    if ((await this.ctx.storage.getAlarm()) === null) await this.#sleep(now);
  }

  async show(region: string): Promise<WeatherView> {
    const { state, changes, at } = this.#saved ?? { state: NO_STATE, changes: {}, at: 0 };
    return viewOf(region, state, changes, at);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const saved = this.#saved;
    if (saved === null) return;
    try {
      // Problems of other variables are told where they do harm.
      const { settings } = readSettings(this.env as unknown as Readonly<Record<string, unknown>>);
      if (!hasWeather(settings)) return await this.#forget();
      await this.#decide(saved, settings, now);
    } catch (error) {
      const why = asFailure(error).detail ?? String(error);
      console.error(JSON.stringify({ msg: "no decision about the weather", region: saved.region, error: why }));
    }
    const { state, heardAt } = this.#saved ?? saved;
    if (now - heardAt < SLEEP_MS || Object.keys(state.stays).length > 0) await this.#sleep(now);
  }

  async #decide(saved: Saved, { regions }: Settings, now: number): Promise<void> {
    const { region } = saved;
    const reports = this.#takeReports();
    const config = await this.#config(region, regions);
    const { state, moves, changes } = decide(saved.state, reports, now, config);
    const heardAt = reports.length > 0 ? now : saved.heardAt;
    const isOwed = saved.isOwed === true || withMoves(config.weather, moves, config) !== config.weather;
    const next = { region, changes: Object.fromEntries(changes), at: now, heardAt };
    // On disk before the ledger is changed: an object that stops there goes on with what it has seen. The ledger may have the
    // change and KV may have refused it: then the next alarm publishes the ledger again, with nothing to change.
    this.#save({ ...next, state, isOwed });
    if (!isOwed && this.#behind < BEHIND) return;
    const text = await changeLedger(
      this.env,
      (settings) => ({ ...settings, weather: withMoves(settings.weather, moves, config) }),
      now,
    );
    this.#behind = 0;
    const { weather } = readLiveSettings(text);
    console.log(JSON.stringify({ msg: "weather", region, version: weather.version, moves }));
    this.#save({ ...next, state: withPresent(state, now, { ...config, weather }) });
  }

  async #forget(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#unsaved = [];
    this.#load();
  }

  /** The map is the ledger's, which is never old. What the operator overrides stands in KV only. */
  async #config(region: string, deployed: readonly string[]): Promise<DecideConfig> {
    const [ledger, published] = await Promise.all([
      readLedger(this.env.R2_PRIMARY),
      this.env.THUMBS.get(SETTINGS_KEY, { type: "text" }),
    ]);
    const { weather } = readLiveSettings(ledger);
    const { regions: overrides, weather: seen } = readLiveSettings(published);
    this.#behind = seen.version < weather.version ? this.#behind + 1 : 0;
    return { region, deployed, overrides, weather };
  }

  #takeReports(): readonly WeatherReport[] {
    const reports = this.#reports;
    this.#reports = [];
    this.#unsaved = [];
    this.#ofIsolate = new Map();
    this.ctx.storage.sql.exec("DELETE FROM report");
    return reports;
  }

  #saveReports(now: number): void {
    for (let i = 0; i < this.#unsaved.length; i += ROW_REPORTS) {
      const some = JSON.stringify(this.#unsaved.slice(i, i + ROW_REPORTS));
      this.ctx.storage.sql.exec("INSERT INTO report (reports) VALUES (?)", some);
    }
    this.#unsaved = [];
    this.#savedAt = now;
    if (this.#saved?.at === 0) this.#save(this.#saved);
  }

  #save(saved: Saved): void {
    this.#saved = saved;
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO weather (id, saved) VALUES (0, ?)", JSON.stringify(saved));
  }

  #sleep(now: number): Promise<void> {
    return this.ctx.storage.setAlarm(now + ALARM_MS);
  }
}

/** The object of a region. Nothing throws here: its calls reject instead. */
export function weatherOf(namespace: DurableObjectNamespace<RegionWeather>, region: string): WeatherPort {
  const near = isLocationHint(region) ? { locationHint: region } : {};
  const open = () => namespace.get(namespace.idFromName(region), near);
  return {
    report: async (report) => await open().report(report, region),
    show: async () => await open().show(region),
  };
}
