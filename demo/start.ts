/** Starts all of the demo in this process: third parties, the Worker, the warmer, the page. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOP } from "../src/cli/edge/bundle.ts";
import { type Edge, type LogLine, startEdge } from "../src/cli/edge/start.ts";
import { CollectedPoints } from "../src/cli/operator/collected.ts";
import { signedUrl } from "../src/client/url.ts";
import { regionOf } from "../src/coordinate/regions.ts";
import { createAuthority } from "../test/support/sources/authority.ts";
import { createHinter, hintPage } from "../warmer/client/hint.ts";
import { createAlikeServer } from "./alike/server.ts";
import { type Catalogue, loadCatalogue } from "./catalogue.ts";
import type { CatalogueEntry } from "./catalogueEntry.ts";
import { demoOperator } from "./operator.ts";
import { loadAssets } from "./page/assets.ts";
import { FIRST_ROWS, pageDocument } from "./page/html/document.ts";
import { type Card, sizesOf, srcsetOf, WIDTHS } from "./page/html/pictureCard.ts";
import { createPassage } from "./passage.ts";
import { placeholdersOf } from "./placeholders.ts";
import { placeOf } from "./places.ts";
import { createRaceServer } from "./race/raceServer.ts";
import { RUN_PICTURES } from "./run/manifest.ts";
import { createRunServer, type RunServer } from "./run/server.ts";
import { screenOf } from "./screen.ts";
import { createPageServer, PAGE_HEADERS, type PageRequest } from "./server.ts";
import { type Source, startSource } from "./sources/server.ts";
import { SOURCES, shareOut } from "./sources/table.ts";
import { startDemoWarmer } from "./warmer.ts";

export type DemoOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Value of `PHOTOS`: a folder of photographs. */
  readonly photos?: string | undefined;
  /** How many pictures the run of `/catalogue` has. */
  readonly runPictures?: number;
  /** Gets each phase when it begins, and again with its progress if that is known. */
  readonly progress?: (phase: string, far?: string) => void;
};

export type Demo = {
  readonly url: string;
  readonly catalogue: Catalogue;
  readonly sources: readonly Source[];
  readonly edge: Edge;
  readonly run: RunServer;
  stop(): Promise<void>;
};

const HOST = "127.0.0.1";
const PAINTING = "painting photographs (once; kept in .firstlight/)";
/** As `wrangler.toml` deploys them. */
const REGIONS = ["enam", "weur", "apac", "oc"] as const;
/**
 * One machine is browser, third parties, warmer and edge at once. If it is busy besides, answers take seconds that are not
 * the source's fault. With production's limits the page would then have holes.
 */
const PATIENCE = { SOURCE_TIMEOUT_MS: "60000", QUEUE_MS: "60000" } as const;

/** Starts everything and waits until it answers. Throws when a port is taken or the photographs cannot be read; nothing runs then. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { progress = () => {} } = options;
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "firstlight-demo-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const authority = createAuthority("Firstlight demo");
    const caFile = join(folder, "authority.pem");
    await writeFile(caFile, authority.root);
    // Random keys for this run.
    const signing = { key: randomBytes(32).toString("hex"), salt: randomBytes(32).toString("hex") };

    const warmSecret = randomBytes(32).toString("hex");
    progress("starting the Worker");
    const points = new CollectedPoints();
    const log = ({ message }: LogLine) => points.add(message);
    const starting = startEdge({
      ...{ caFile, log },
      vars: {
        SIGNING_KEYS: signing.key,
        SIGNING_SALTS: signing.salt,
        ALLOW_LOOPBACK_SOURCES: "true",
        WARM_SECRET: warmSecret,
        ...PATIENCE,
      },
    });
    undo.push(async () => (await starting.catch(() => undefined))?.stop());
    const cataloguing = loadCatalogue(options.photos, TOP, (made, of) => progress(PAINTING, `${made} of ${of}`));
    const [catalogue, edge, placeholders, assets] = await Promise.all([
      cataloguing,
      starting,
      cataloguing.then(({ folder, entries }) =>
        placeholdersOf(
          folder,
          entries.map(({ file }) => file),
        ),
      ),
      loadAssets(),
    ]);
    progress("starting the warmer and the third parties");

    const warmer = await startDemoWarmer(edge.url, REGIONS, warmSecret);
    undo.push(() => warmer.stop());
    const hinter = createHinter({ address: warmer.address });
    undo.push(() => hinter.close());

    const tls = authority.issue([HOST]);
    const sources: Source[] = [];
    for (const trait of SOURCES) {
      const source = await startSource(trait, catalogue.folder, tls);
      undo.push(() => source.die());
      sources.push(source);
    }
    const shares = shareOut(catalogue.entries, SOURCES);
    const sourceOf = (index: number) => sources[shares[index] ?? 0] as Source;
    const cards = await Promise.all(
      catalogue.entries.map(async (entry, index): Promise<Card> => {
        const source = sourceOf(index);
        const address = addressOf(entry, source);
        const paths = await Promise.all(WIDTHS.map((width) => signedUrl("", address, { width }, signing)));
        return { entry, source: source.trait, paths, placeholder: placeholders[index] ?? "" };
      }),
    );

    const page = async ({ query, from, direct, headers }: PageRequest) => {
      const place = placeOf(from);
      const region = regionOf({ colo: place.colo }, REGIONS);
      // As the API server of a page does it: first the hint, then all other work. The first visit of a browser gets none,
      // though `hintPage` would name the usual sizes: this one machine is also the edge that makes them all.
      const screen = screenOf(headers);
      if (!direct && screen.viewport !== undefined) {
        hinter.hint({ ...hintOf(cards, screen, headers.accept), colo: place.colo });
      }
      return pageDocument({ cards, sources, query, place, region, direct, visit: randomBytes(5).toString("hex") });
    };
    const race = createRaceServer(catalogue);
    undo.push(() => race.stop());
    const run = createRunServer(catalogue, options.runPictures ?? RUN_PICTURES, PAGE_HEADERS, log);
    undo.push(() => run.stop());
    const operator = demoOperator(points, run, edge.url);
    const alike = createAlikeServer(catalogue, PAGE_HEADERS);
    const passage = createPassage(edge.url);
    const pages = { race, run, operator, alike };
    const server = createPageServer({ passage, sources, assets, page, ...pages, authority: authority.root });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port ?? 0, HOST, resolve);
    });
    undo.push(() => {
      server.close();
      server.closeAllConnections();
      passage.close();
    });
    return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, catalogue, sources, edge, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function addressOf(entry: CatalogueEntry, source: Source): string {
  return `${source.origin}/${encodeURIComponent(entry.file)}`;
}

/** The files of the first rows that this reader's browser will choose. */
function hintOf(cards: readonly Card[], screen: ReturnType<typeof screenOf>, accept: string | undefined) {
  const pictures = cards.slice(0, FIRST_ROWS).map((card) => ({
    srcset: srcsetOf(card, (path) => path),
    sizes: sizesOf(card.entry),
  }));
  return hintPage({ pictures, accept, ...screen });
}
