/** Who is compared: how each is started, what it is asked for, and what its host costs. */
import { join } from "node:path";
import type { Job } from "../engine/jobs.ts";
import { inWorkerd, type Settings, type Started, startSharp } from "../engine/runners.ts";
import { startWorkerd } from "../engine/workerd.ts";
import { startIpx, startOurs } from "./overHttp.ts";
import type { HostName } from "./prices.ts";
import type { Source } from "./source.ts";

type Contestant = {
  readonly label: string;
  readonly settings: Settings;
  readonly host: HostName;
  /** It fetches the photograph itself and answers over HTTP. The others are given the bytes. */
  readonly isServer: boolean;
  start(source: Source): Promise<Started>;
};

const ENGINE = join(import.meta.dirname, "../engine");
const WEBP: Settings = { format: "webp", side: 640, quality: 75 };
/** Photon has no lossy WebP. This is its other way to a picture of about that quality. */
const JPEG: Settings = { format: "jpeg", side: 640, quality: 80 };

const inWorker = (file: string, engine: Job["engine"]) => async (): Promise<Started> => {
  const workerd = await startWorkerd(join(ENGINE, file));
  return { runner: inWorkerd(workerd, engine), stop: () => workerd.stop() };
};

/** The first one is what the others are divided by. */
export const CONTESTANTS = {
  ours: {
    ...{ label: "Firstlight, render core", settings: WEBP, host: "worker", isServer: false },
    start: inWorker("worker.ts", "auto"),
  },
  jsquash: {
    ...{ label: "jSquash", settings: WEBP, host: "worker", isServer: false },
    start: inWorker("baselineWorker.ts", "jsquash"),
  },
  photonWebp: {
    ...{ label: "photon, WebP (lossless)", settings: WEBP, host: "worker", isServer: false },
    start: inWorker("baselineWorker.ts", "photon"),
  },
  photonJpeg: {
    ...{ label: "photon, JPEG q80", settings: JPEG, host: "worker", isServer: false },
    start: inWorker("baselineWorker.ts", "photon"),
  },
  sharp: {
    ...{ label: "native sharp, one thread", settings: WEBP, host: "machine", isServer: false },
    start: startSharp,
  },
  oursHttp: {
    ...{ label: "Firstlight, over HTTP", settings: WEBP, host: "worker", isServer: true },
    start: startOurs,
  },
  ipx: { label: "ipx, over HTTP", settings: WEBP, host: "machine", isServer: true, start: startIpx },
} as const satisfies Readonly<Record<string, Contestant>>;

export type ContestantName = keyof typeof CONTESTANTS;
export const NAMES = Object.keys(CONTESTANTS) as ContestantName[];
