/** All that takes part in the race of one place: source, edges, network, warmer, API server, hint clients, browser. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { parseConfig } from "../../src/config/parseConfig.ts";
import { NO_WEATHER } from "../../src/weather/settings.ts";
import { createHinter } from "../../warmer/client/hint.ts";
import { countryOf } from "../../warmer/regions/coloCountries.ts";
import { type HintedBy, type Hints, LATE_MS } from "./arms.ts";
import { coloOf, type Legs, NO_DISTANCES, placeOf } from "./distances.ts";
import { control, type TraceEvent } from "./edge/control.ts";
import { startRaceEdges } from "./edge/start.ts";
import { putSettings } from "./edge/stores.ts";
import { startLateRelay } from "./network/lateRelay.ts";
import { startNetwork } from "./network/network.ts";
import { type ApiServer, startApiServer } from "./page/apiServer.ts";
import { launchRaceBrowser } from "./page/browser.ts";
import type { Photograph } from "./pictures/photographs.ts";
import { type Source, startSource } from "./pictures/source.ts";
import { Stock } from "./pictures/stock.ts";
import { type RaceWarmer, startRaceWarmer } from "./warmer.ts";

export type World = {
  readonly source: Source;
  readonly stock: Stock;
  readonly api: ApiServer;
  readonly browser: Browser;
  readonly warmer: RaceWarmer;
  /** Where the browser asks for pictures and for pages, without a slash at the end. */
  readonly readerOrigin: string;
  readonly apiOrigin: string;
  hint(paths: readonly string[], how: Hints, by?: HintedBy): void;
  /** Moves the data centre to another region, or back, and waits until both isolates and the warmer know. */
  move(away: boolean): Promise<void>;
  /** Changes all distances. Gives the traces of both isolates since the last call. */
  set(legs: Legs, options?: { readonly limited?: boolean; readonly trace?: boolean }): Promise<Traces>;
  stop(): Promise<void>;
};

export type Traces = { readonly push: readonly TraceEvent[]; readonly reader: readonly TraceEvent[] };

/** In these places an operator has a bucket in Oceania; in Sydney the race is run without and with it. */
const WITHOUT_OCEANIA = ["SYD"];
const REGIONS = ["enam", "weur", "apac"];
/** Live settings are read again after 20 s. */
const MAP_WITHIN_MS = 90_000;

/** Starts it with all distances 0. Throws if a part does not start; nothing runs then. */
export async function startWorld(name: string, photographs: readonly Photograph[]): Promise<World> {
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const started = <T extends { stop(): unknown }>(part: T): T => {
    undo.push(() => part.stop());
    return part;
  };
  try {
    placeOf(name);
    const folder = await mkdtemp(join(tmpdir(), "firstlight-race-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const regions = WITHOUT_OCEANIA.includes(name) ? REGIONS : [...REGIONS, "oc"];
    const signing = { key: randomBytes(32).toString("hex"), salt: randomBytes(32).toString("hex") };
    const secret = randomBytes(32).toString("hex");
    const vars = {
      ...{ SIGNING_KEYS: signing.key, SIGNING_SALTS: signing.salt, WARM_SECRET: secret },
      ...{ ALLOW_LOOPBACK_SOURCES: "true", REGIONS: regions.join(",") },
    };
    const source = started(await startSource(photographs));
    const edges = started(await startRaceEdges(vars));
    const api = started(await startApiServer());
    const ends = { readerEdge: portOf(edges.readerFront.url), pushEdge: portOf(edges.pushFront.url), api: api.port };
    const network = started(await startNetwork({ ...ends, source: source.port }));
    const caFile = join(folder, "authority.pem");
    await writeFile(caFile, edges.pushFront.ca);
    const edge = `https://127.0.0.1:${network.warmerToPushEdge}`;
    const warmer = started(await startRaceWarmer({ regions, edge, secret, caFile }));
    const relay = started(await startLateRelay(warmer.address, LATE_MS));
    const hinters = {
      timely: createHinter({ address: warmer.address }),
      late: createHinter({ address: relay.address }),
    };
    undo.push(() => Promise.all([hinters.timely.close(), hinters.late.close()]));
    const browser = await launchRaceBrowser([ends.readerEdge, ends.api]);
    undo.push(() => browser.close());

    const config = parseConfig(vars);
    const colo = coloOf(name);
    const set: World["set"] = async (legs, { limited = false, trace = false } = {}) => {
      network.set(legs, limited);
      const ports = (port: number) => ({ [source.port]: port });
      const [push, reader] = await Promise.all([
        control(edges.push, { trips: legs.push, colo: "", sourcePorts: ports(network.pushEdgeToSource), trace }),
        control(edges.reader, { trips: legs.reader, colo, sourcePorts: ports(network.edgeSource), trace }),
      ]);
      return { push, reader };
    };
    await set(NO_DISTANCES);
    const stock = new Stock({ signing, config, source, stores: edges.stores, maker: edges.push });
    const home = placeOf(name).region;
    const goal = regions.find((region) => region !== home && region !== "enam") ?? home;
    const places = { colo: { colo }, country: { country: countryOf(colo) ?? "" }, region: { region: home } };
    let version = 0;
    let isAway = false;
    const move: World["move"] = async (away) => {
      if (away === isAway) return;
      isAway = away;
      version++;
      const weather = { ...NO_WEATHER, version, set: away ? { [colo]: goal } : {} };
      await putSettings(edges.stores, JSON.stringify({ weather }));
      const knows = async (isolate: string) => (await fetch(`${isolate}/regions?v=${version}`)).status === 204;
      await until(async () => (await knows(edges.push)) && (await knows(edges.reader)), "an isolate");
      await until(async () => {
        hinters.timely.hint({ paths: [stock.picture(0).path], colo });
        return (await warmer.counters()).get("map_version") === version;
      }, "the warmer");
    };
    return {
      ...{ source, api, browser, warmer, set, stop },
      ...{ stock, move },
      readerOrigin: `https://127.0.0.1:${network.readerEdge}`,
      apiOrigin: `https://127.0.0.1:${network.readerApi}`,
      hint(paths, how, by = "colo") {
        if (how !== "none") hinters[how].hint({ paths, ...places[by] });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks twice a second. Throws Error if nothing comes of it. */
async function until(isSo: () => Promise<boolean>, who: string): Promise<void> {
  for (const end = performance.now() + MAP_WITHIN_MS; performance.now() < end; await pause(500)) {
    if (await isSo()) return;
  }
  throw new Error(`${who} has not read the map of the regions within ${MAP_WITHIN_MS} ms`);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
