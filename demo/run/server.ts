/**
 * The addresses below `/catalogue` on the page's server: the page, the state of the run, the buttons, and the way of a
 * reader to the Worker's pictures.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LogLine } from "../../src/cli/edge/start.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import type { Catalogue } from "../catalogue.ts";
import { catalogueDocument } from "../page/html/catalogueDocument.ts";
import { createPassage, passagePath } from "../passage.ts";
import { isOwnOrigin, sendJson } from "../respond.ts";
import { FALSE_PICTURES } from "./manifest.ts";
import type { RunPhase, RunState } from "./state.ts";
import { type RunWorld, startRunWorld } from "./world.ts";

export type RunServer = {
  /** Answers a request below `/catalogue`; false for any other. */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  state(): Promise<RunState>;
  /** What the buttons do. Each resolves when it is done. */
  start(): Promise<void>;
  kill(): Promise<void>;
  revive(): Promise<void>;
  world(): RunWorld | null;
  stop(): Promise<void>;
};

const BASE = "/catalogue";
const SAMPLES = 12;
const COLO = "MAD";

/** `headers`: of the page. `log` gets what the run's Worker logs. Nothing runs before `start`. */
export function createRunServer(
  catalogue: Catalogue,
  count: number,
  headers: Readonly<Record<string, string>>,
  log: (line: LogLine) => void = () => undefined,
): RunServer {
  let opening: Promise<RunWorld> | null = null;
  let world: RunWorld | null = null;
  let phase: RunPhase = "idle";
  let message = "";
  let last: CatalogueStatus | null = null;
  let visit = 0;
  let passage: { readonly url: string; readonly to: ReturnType<typeof createPassage> } | null = null;

  const act = async (during: RunPhase, after: RunPhase, work: () => Promise<void>) => {
    phase = during;
    try {
      await work();
      phase = after;
    } catch (error) {
      phase = "failed";
      message = error instanceof Error ? error.message : String(error);
    }
  };

  const parts = {
    start: async () => {
      if (phase !== "idle" && phase !== "failed") return;
      await act("starting", "running", async () => {
        opening ??= startRunWorld(catalogue, count, log);
        world = await opening.catch((error: unknown) => {
          opening = null;
          throw error;
        });
        // What failed may have been its start after a kill.
        await world.edge.revive();
        await world.begin();
      });
    },
    kill: async () => {
      if (phase === "running" && world !== null) await act("dead", "dead", world.edge.kill);
    },
    revive: async () => {
      if (phase === "dead" && world !== null) await act("reviving", "running", world.edge.revive);
    },
    async state(): Promise<RunState> {
      if (phase === "running" || phase === "done") last = (await world?.status()) ?? last;
      if (phase === "running" && last?.state === "done") phase = "done";
      const sources = world?.sources ?? [];
      const byHost = <T>(of: (source: (typeof sources)[number]) => T) =>
        Object.fromEntries(sources.map((source) => [new URL(source.origin).host, of(source)]));
      return {
        ...{ phase, message, pictures: count, kills: world?.edge.kills ?? 0, status: last },
        asked: byHost(({ asked }) => asked),
        names: byHost(({ trait }) => trait.name),
        samples: phase === "done" && world !== null ? await samplesOf(world, (visit++).toString(36)) : [],
      };
    },
  };

  return {
    ...parts,
    world: () => world,
    async handle(url, request, response) {
      if (url.pathname !== BASE && !url.pathname.startsWith(`${BASE}/`)) return false;
      const path = url.pathname.slice(BASE.length);
      const isGet = request.method === "GET" || request.method === "HEAD";
      if (path === "" && isGet) response.writeHead(200, headers).end(catalogueDocument(await parts.state()));
      else if (path === "/state.json" && isGet) sendJson(response, await parts.state());
      else if (path.startsWith("/at/") && isGet) passOn(path, request, response);
      else if (request.method === "POST" && isOwnOrigin(request)) {
        // The page asks for the state meanwhile. Without scripts the reader comes back to the page.
        const action = path.slice(1);
        if (isAction(action)) void parts[action]();
        response.writeHead(303, { location: BASE }).end();
      } else response.writeHead(isGet ? 404 : 403).end();
      return true;
    },
    async stop() {
      passage?.to.close();
      // It may be starting now.
      await (await opening?.catch(() => null))?.stop();
    },
  };

  /** A reader's request for a picture of the run, to the Worker that runs now. */
  function passOn(path: string, request: IncomingMessage, response: ServerResponse): void {
    const edge = world?.edge.edge?.url;
    if (edge === undefined) {
      response.writeHead(502).end();
      return;
    }
    if (passage?.url !== edge) {
      passage?.to.close();
      passage = { url: edge, to: createPassage(edge) };
    }
    request.url = path;
    if (!passage.to.handle(request, response)) response.writeHead(404).end();
  }
}

type Action = "start" | "kill" | "revive";

function isAction(name: string): name is Action {
  return name === "start" || name === "kill" || name === "revive";
}

async function samplesOf({ pictures, pathOf }: RunWorld, visit: string): Promise<RunState["samples"]> {
  const real = pictures.filter(({ file }) => FALSE_PICTURES.every((one) => one.file !== file));
  const step = Math.max(1, Math.floor(real.length / SAMPLES));
  const some = real.filter((_, at) => at % step === 0).slice(0, SAMPLES);
  return Promise.all(
    some.map(async (picture) => ({
      src: `${BASE}${passagePath(COLO, visit, await pathOf(picture))}`,
      alt: `Thumbnail of ${picture.id}`,
    })),
  );
}
