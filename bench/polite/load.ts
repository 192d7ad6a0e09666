/** Who asks for pictures of a source: readers, pushes of the warmer, and a job. Everybody wants new pictures, without pause. */
import { signedPush } from "../../test/support/push.ts";
import { CONFIG } from "../../test/support/sources/fetcher.ts";
import type { Job } from "../../test/support/sources/job.ts";
import { pause } from "../pause.ts";
import type { PoliteEdges } from "./edge/start.ts";

export const WARM_SECRET = "bench-warm-secret-of-polite-0123456789";
/** As many as an edge works on at once. */
const PUSH_PATHS = 5;
const PAUSE_AFTER_FAILURE_MS = 100;

export type Served = { readers: number; pushed: number; jobs: number };

export type Load = {
  readonly served: Served;
  /** Readers ask for nothing more. */
  stopReaders(): void;
  /** Nobody asks for anything more. Resolves when what was asked for has come, or failed. */
  stop(): Promise<void>;
};

export type LoadOrder = {
  readonly source: string;
  readonly readersPerIsolate: number;
  readonly politeness: Job["politeness"];
};

let serial = 0;
const pathOf = (source: string, kind: string) => `/_/rs:fit:64/plain/${source}/${kind}${++serial}.jpg`;

/** Readers at every isolate, pushes to the first two and the last one, and one job. */
export function startLoad(edges: PoliteEdges, { source, readersPerIsolate, politeness }: LoadOrder): Load {
  const served: Served = { readers: 0, pushed: 0, jobs: 0 };
  let [readersStopped, stopped] = [false, false];
  /** Repeats `work`, which says whether it went well, until `isOver`. An isolate that has died ends nothing here. */
  const repeat = async (isOver: () => boolean, work: () => Promise<boolean>) => {
    while (!isOver()) if (!(await work().catch(() => false))) await pause(PAUSE_AFTER_FAILURE_MS);
  };
  const reader = (url: string) => async () => {
    const answer = await fetch(url + pathOf(source, "r"), { headers: { accept: "image/webp" } });
    await answer.arrayBuffer();
    served.readers += answer.ok ? 1 : 0;
    return answer.ok;
  };
  const pusher = (url: string) => async () => {
    const paths = Array.from({ length: PUSH_PATHS }, () => pathOf(source, "p"));
    const { body, headers } = await signedPush(WARM_SECRET, { region: "weur", paths });
    const answer = await fetch(`${url}/warm`, { method: "POST", body, headers });
    const warmed = (await answer.text()).match(/"outcome":"(?:made|present)"/g)?.length ?? 0;
    served.pushed += warmed;
    return warmed > 0;
  };
  const job = async () => {
    const order: Job = {
      ...{ source: `${source}/j${++serial}.jpg`, authority: "signature", ownHost: "127.0.0.1", conditional: null },
      ...{ kind: "job", politeness, names: {}, memory: "job", sharing: false, abortAfterMs: null },
      config: {
        ...CONFIG,
        allowedSources: [],
        allowLoopbackSources: true,
        httpSources: "allow",
        maxSourceBytes: 32 << 20,
      },
    };
    const answer = await fetch(edges.jobs, { method: "POST", body: JSON.stringify(order) });
    const { ok } = (await answer.json()) as { readonly ok: boolean };
    served.jobs += ok ? 1 : 0;
    return ok;
  };
  const isEnded = () => stopped;
  const [first = "", second = "", ...others] = edges.isolates;
  const last = others.at(-1) ?? second;
  const work = [
    ...edges.isolates.flatMap((url) =>
      Array.from({ length: readersPerIsolate }, () => repeat(() => readersStopped || stopped, reader(url))),
    ),
    ...[first, second, last].map((url) => repeat(isEnded, pusher(url))),
    repeat(isEnded, job),
  ];
  return {
    served,
    stopReaders() {
      readersStopped = true;
    },
    async stop() {
      stopped = true;
      await Promise.all(work);
    },
  };
}
