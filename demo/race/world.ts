/**
 * What takes part in the race, made of the bench's parts: two isolates of the real Worker (the edge that the warmer pushes to, and
 * the reader's), whose stores are as far away as the table of distances says, a third party, and the real warmer.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { coloOf, type Legs, legsOf, NO_DISTANCES, placeOf } from "../../bench/race/distances.ts";
import { control, type TraceEvent } from "../../bench/race/edge/control.ts";
import { startRaceEdges } from "../../bench/race/edge/start.ts";
import { startDelayProxy } from "../../bench/race/network/delayProxy.ts";
import { startSource } from "../../bench/race/pictures/source.ts";
import { type Picture, Stock } from "../../bench/race/pictures/stock.ts";
import { startRaceWarmer } from "../../bench/race/warmer.ts";
import { parseConfig } from "../../src/config/parseConfig.ts";
import { createHinter } from "../../warmer/client/hint.ts";
import type { Catalogue } from "../catalogue.ts";

export type Traces = { readonly push: readonly TraceEvent[]; readonly reader: readonly TraceEvent[] };

export type RaceWorld = {
  readonly stock: Stock;
  /** Address of the reader's edge, without a slash at the end. */
  readonly readerEdge: string;
  /** Puts the world at these distances. The reader is at the place with that name. Gives the traces since the last call. */
  set(place: string, distances: boolean): Promise<Traces>;
  /** All legs as they are now. */
  readonly legs: Legs;
  hint(paths: readonly string[], place: string): void;
  stop(): Promise<void>;
};

/** Pictures of a page: as many connections as a browser opens to a server that speaks HTTP/1.1, as this page's does. */
export const RACE_PICTURES = 6;
const REGIONS = ["enam", "weur", "apac", "oc"] as const;
/** Width of the originals, in pixels. Small ones leave the machine's CPU out of the race. */
const ORIGINAL_WIDTH = 1200;

/** Starts it with all distances 0. Throws if a part does not start; nothing runs then. */
export async function startRaceWorld(catalogue: Catalogue): Promise<RaceWorld> {
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const started = <T extends { stop(): unknown }>(part: T): T => {
    undo.push(() => part.stop());
    return part;
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "firstlight-demo-race-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const signing = { key: randomBytes(32).toString("hex"), salt: randomBytes(32).toString("hex") };
    const secret = randomBytes(32).toString("hex");
    const vars = {
      ...{ SIGNING_KEYS: signing.key, SIGNING_SALTS: signing.salt, WARM_SECRET: secret },
      ...{ ALLOW_LOOPBACK_SOURCES: "true", REGIONS: REGIONS.join(",") },
    };
    const source = started(await startSource(await photographsOf(catalogue)));
    const edges = started(await startRaceEdges(vars));
    let legs = NO_DISTANCES;
    const toPushEdge = started(
      await startDelayProxy(Number(new URL(edges.pushFront.url).port), () => ({
        ...{ rtt: legs.warmerToPushEdge, bytesPerMs: null },
      })),
    );
    const caFile = join(folder, "authority.pem");
    await writeFile(caFile, edges.pushFront.ca);
    const edge = `https://127.0.0.1:${toPushEdge.port}`;
    const warmer = started(await startRaceWarmer({ regions: REGIONS, edge, secret, caFile }));
    const hinter = createHinter({ address: warmer.address });
    undo.push(() => hinter.close());
    return {
      stock: new Stock({ ...{ signing, source }, ...edges, config: parseConfig(vars), maker: edges.push }),
      readerEdge: edges.reader,
      async set(place, distances) {
        legs = distances ? legsOf(placeOf(place)) : NO_DISTANCES;
        const order = { sourcePorts: {}, trace: true };
        const [push, reader] = await Promise.all([
          control(edges.push, { ...order, trips: legs.push, colo: "" }),
          control(edges.reader, { ...order, trips: legs.reader, colo: coloOf(place) }),
        ]);
        return { push, reader };
      },
      get legs() {
        return legs;
      },
      hint: (paths, place) => hinter.hint({ paths, colo: coloOf(place) }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Some of the demo's photographs, made smaller. */
async function photographsOf({ folder, entries }: Catalogue) {
  const some = entries.slice(0, RACE_PICTURES);
  return Promise.all(
    some.map(async ({ file }) => ({
      file,
      bytes: new Uint8Array(
        await sharp(join(folder, file)).rotate().resize(ORIGINAL_WIDTH).flatten().jpeg().toBuffer(),
      ),
    })),
  );
}

/** A picture of the race: one of the photographs under an address that nobody has asked for. */
export function newPictures({ stock }: RaceWorld, count: number): readonly Picture[] {
  return Array.from({ length: RACE_PICTURES }, (_, at) => stock.picture(at % count));
}
