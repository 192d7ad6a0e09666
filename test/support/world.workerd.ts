/** App, Caller and Job on real bindings, for tests of parts of the data path. A test can replace each binding. */
import { env } from "cloudflare:workers";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parseConfig.ts";
import type { App } from "../../src/context/app.ts";
import type { Caller } from "../../src/context/caller.ts";
import { newIsolateState } from "../../src/context/isolateState.ts";
import { type Job, newJob } from "../../src/context/job.ts";
import { Lease } from "../../src/coordinate/lease.ts";
import { encodeJpeg } from "../../src/image/formats/jpeg/encode.ts";
import { authorize } from "../../src/rendition/authorize.ts";
import type { Miss } from "../../src/rendition/miss.ts";
import type { ImageRequest } from "../../src/request/imageRequest.ts";
import type { Stored } from "../../src/store/tiers/tier.ts";
import { NOW } from "./stored.ts";
import { PLAIN } from "./transform.ts";

/** The bindings as deployed, without the test runner's own variables, which the Worker would refuse. */
export const BINDINGS = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("__"))) as Env;

export const CONFIG = parseConfig({ ALLOWED_SOURCES: "pictures.test", REGIONS: "enam,weur,apac" });

/** `settled` waits for all work that continues after the answers of a test, and gives the errors of failed work. */
export type World = {
  readonly app: App;
  readonly caller: Caller;
  readonly job: Job;
  settled(): Promise<readonly unknown[]>;
};

export type WorldOptions = {
  readonly bindings?: Partial<Env>;
  readonly config?: Config;
  /** The configuration that another request has read in the meantime. */
  readonly latest?: Config;
  readonly caller?: Partial<Caller>;
  readonly now?: () => number;
};

export function worldOf({
  bindings = {},
  config = CONFIG,
  latest = config,
  caller = {},
  now,
}: WorldOptions = {}): World {
  const works: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const who: Caller = {
    audience: "reader",
    region: "weur",
    beside: null,
    home: null,
    probe: null,
    runsIn: "weur",
    colo: "MAD",
    origin: "https://img.test",
    ownHost: "img.test",
    cacheOrigin: "https://img.test",
    isRateLimited: true,
    clientKeys: () => ["client"],
    ...caller,
  };
  return {
    app: {
      bindings: { ...BINDINGS, ...bindings },
      config,
      latestConfig: async () => latest,
      now: now ?? (() => NOW),
      fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
      state: newIsolateState(),
    },
    caller: who,
    job: newJob(who, (work) => void works.push(work.catch((error: unknown) => failures.push(error)))),
    async settled() {
      // The work may start more work.
      for (let i = 0; i < works.length; i++) await works[i];
      return failures;
    },
  };
}

/** The configuration with live settings of a takedown or a purge. */
export function configWith(over: Partial<Pick<Config, "blocked" | "epochs" | "retiredMakers">>): Config {
  return { ...CONFIG, ...over };
}

export function requestOf(source: string, over: Partial<ImageRequest["transform"]> = {}): ImageRequest {
  return {
    ...{ grammar: "imgproxy", source, authority: "list", accept: "webp", negotiated: true, cachebuster: "" },
    transform: { ...PLAIN, width: 40, height: 40, ...over },
    expires: null,
    delivery: { filename: null, attachment: false },
  };
}

/** A miss of the request. Without a `lease` no coordinator takes part. */
export async function missOf(
  request: ImageRequest,
  { app, caller, job }: World,
  { stale = null, lease = new Lease(null, "test", "k") }: { stale?: Stored | null; lease?: Lease } = {},
): Promise<Miss> {
  return { request, store: await authorize(request, app, caller, job), stale, lease };
}

/** A JPEG of one grey. Our own encoder makes it, because workerd has no other. */
export function jpegOf(width: number, height: number, grey = 128): Promise<Uint8Array> {
  return encodeJpeg({ width, height, data: new Uint8Array(width * height * 4).fill(grey), alpha: false }, 90);
}

let serial = 0;
/** An address that no other test uses. */
export const freshSource = () => `https://pictures.test/${++serial}-${crypto.randomUUID()}.jpg`;
