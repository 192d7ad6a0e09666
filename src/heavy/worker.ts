/** The second Worker's entry. It has no bindings, no secrets and makes no requests; only the first Worker can reach it. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { AvifAnswer, AvifOrder, HeavyAnswer, HeavyOrder, HeavyWorker } from "../image/heavy.ts";
import type { Pixels } from "../image/picture.ts";
import { decodeHeavy } from "./decodeHeavy.ts";
import { encodeInTurn } from "./encodeInTurn.ts";

export default class extends WorkerEntrypoint implements HeavyWorker {
  decode(bytes: Uint8Array, order: HeavyOrder, begun: () => void): Promise<HeavyAnswer> {
    return decodeHeavy(bytes, order, begun);
  }

  avif(pixels: Pixels, order: AvifOrder, begun: () => void): Promise<AvifAnswer> {
    return encodeInTurn(pixels, order, begun);
  }

  /** For `/healthz?bindings`, and the watchdog of the local edge (cli/edge/heavy.ts). */
  override async fetch(): Promise<Response> {
    return new Response("ready");
  }
}
