/** A request's scope on real bindings, for tests of what the data path is made of; any of them may be made to fail. */
import { env } from "cloudflare:workers";
import { Priority } from "../../src/concurrency/priority.ts";
import { type Config, parseConfig } from "../../src/config/config.ts";
import { newIsolate } from "../../src/context/isolate.ts";
import type { Scope } from "../../src/context/scope.ts";
import { encodeJpeg } from "../../src/image/formats/jpeg/encode.ts";
import type { MakeOrder } from "../../src/rendition/renderMiss.ts";
import type { ImageRequest } from "../../src/request/imageRequest.ts";
import { openRenditionStore } from "../../src/store/renditionStore.ts";
import { newTrace } from "../../src/telemetry.ts";
import { NOW } from "./stored.ts";
import { PLAIN } from "./transform.ts";

/** The bindings as deployed: the test runner's own variables are none that the Worker knows. */
export const BINDINGS = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("__"))) as Env;

export const CONFIG = parseConfig({ ALLOWED_SOURCES: "pictures.test", REGIONS: "enam,weur,apac" });

/** What goes on after the answers of a test; `settled` waits for all of it and gives what failed. */
export type TestScope = Scope & { settled(): Promise<readonly unknown[]> };

export function scopeOf(bindings: Partial<Env> = {}, over: Partial<Scope> = {}): TestScope {
  const works: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const config = over.config ?? CONFIG;
  return {
    env: { ...BINDINGS, ...bindings },
    config,
    refreshedConfig: async () => config,
    origin: "https://img.test",
    ownHost: "img.test",
    region: "weur",
    client: () => "client",
    now: () => NOW,
    trace: newTrace("weur", "MAD"),
    isolate: newIsolate(),
    warming: false,
    priority: new Priority("user"),
    later: (work) => void works.push(work.catch((error: unknown) => failures.push(error))),
    ...over,
    async settled() {
      // What goes on may bring more.
      for (let i = 0; i < works.length; i++) await works[i];
      return failures;
    },
  };
}

/** The configuration with live settings of a takedown or a purge. */
export function configWith(over: Partial<Pick<Config, "blocked" | "epochs">>): Config {
  return { ...CONFIG, ...over };
}

export function wantedOf(source: string, over: Partial<ImageRequest["transform"]> = {}): ImageRequest {
  return {
    ...{ grammar: "imgproxy", source, authority: "list", accept: "webp", negotiated: true, cachebuster: "" },
    transform: { ...PLAIN, width: 40, height: 40, ...over },
    expires: null,
    delivery: { filename: null, attachment: false },
  };
}

export async function orderOf(wanted: ImageRequest, scope: Scope, held: MakeOrder["held"] = null): Promise<MakeOrder> {
  return { wanted, scope, held, shelf: await openRenditionStore(wanted, scope) };
}

/** A JPEG of one grey, made by our own encoder: there is no other in workerd. */
export function jpegOf(width: number, height: number, grey = 128): Promise<Uint8Array> {
  return encodeJpeg({ width, height, data: new Uint8Array(width * height * 4).fill(grey), alpha: false }, 90);
}

let serial = 0;
/** An address that no other test has asked for. */
export const freshSource = () => `https://pictures.test/${++serial}-${crypto.randomUUID()}.jpg`;
