/** Asks the candidates of a picture as the data path does, with the real `fetchSource`. */
import { Failure } from "../../../src/errors.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { fetchSource } from "../../../src/origin/fetch.ts";
import { HostGuard } from "../../../src/origin/hostGuard.ts";
import { HttpsMemory } from "../../../src/origin/https.ts";
import type { Candidate, ProviderRules } from "../../../src/origin/providers/candidate.ts";
import { candidatesFor, infoUrlOf } from "../../../src/origin/providers/candidates.ts";
import { parseIiifInfo } from "../../../src/origin/providers/iiifInfo.ts";
import { isPlaceholder } from "../../../src/origin/providers/placeholders.ts";
import { Refusals } from "../../../src/origin/providers/refusals.ts";
import { type Known, NOTHING_KNOWN } from "../../../src/origin/providers/rule.ts";
import { fitBytes } from "../../../src/rendition/variant/fitBytes.ts";
import { nextAfter } from "../../../src/rendition/variant/nextAfter.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { CONFIG } from "../sources/fetcher.ts";
import { PLAIN } from "../transform.ts";
import type { Network } from "./lookAlike.ts";

export type Walked = {
  readonly variant: string | null;
  readonly size: string;
  readonly reason: string | null;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
};

/** One isolate's memory. */
export class Walker {
  readonly refusals = new Refusals();
  readonly #network: Network;
  readonly #rules: ProviderRules;
  readonly #memory = { httpsMemory: new HttpsMemory(), hostGuard: new HostGuard() };
  now = 0;

  constructor(network: Network, rules: ProviderRules) {
    this.#network = network;
    this.#rules = rules;
  }

  async walk(source: string, wish: Partial<Transform>, given: Partial<Known> = {}): Promise<Walked> {
    const transform = { ...PLAIN, ...wish };
    const iiif = given.iiif === undefined ? await this.#info(source) : given.iiif;
    let known: Known = { ...NOTHING_KNOWN, ...given, iiif };
    const refused: [Candidate, Failure][] = [];
    const tried = new Set<string>();
    for (;;) {
      const list = candidatesFor(source, transform, known, this.#rules, (one) =>
        this.refusals.isRefused(one, this.now),
      );
      const candidate = list.find(({ url }) => !tried.has(url));
      if (candidate === undefined) throw new Error("nothing left to ask");
      tried.add(candidate.url);
      try {
        const { bytes, finalUrl } = await this.#fetch(candidate.url);
        if (isPlaceholder({ url: finalUrl, bytes: bytes.length, hash: "00000000" }))
          throw new Failure("source_placeholder");
        if (candidate.rule !== null) {
          const fitting = await fitBytes(bytes, candidate, transform, known.original);
          if (fitting.kind === "another picture") throw new Error(`${candidate.url} has another shape`);
          if (fitting.kind === "too small") {
            known = { ...known, shape: fitting.shape };
            continue;
          }
        }
        const upright = sizeOf(bytes);
        this.refusals.noteEnd(refused, candidate, this.now);
        const { width, height } = upright ?? { width: 0, height: 0 };
        return { variant: candidate.variant, size: `${width}x${height}`, reason: null, bytes };
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const { next, isRuleWrong } = candidate.rule === null ? nextAfter(new Failure("internal")) : nextAfter(error);
        if (next === "end") {
          this.refusals.noteEnd(refused, null, this.now);
          return { variant: null, size: "", reason: error.reason, bytes: null };
        }
        const { host } = new URL(candidate.url);
        for (const one of list) {
          const isSkipped = next === "original" ? one.rule !== null : next === "host" && new URL(one.url).host === host;
          if (isSkipped) tried.add(one.url);
        }
        if (!isRuleWrong) continue;
        this.refusals.noteRefused(candidate, error, this.now);
        refused.push([candidate, error]);
      }
    }
  }

  async #info(source: string): Promise<Known["iiif"]> {
    const url = infoUrlOf(source, this.#rules);
    if (url === null) return null;
    const { bytes } = await this.#fetch(url);
    return parseIiifInfo(new TextDecoder().decode(bytes)) ?? "absent";
  }

  async #fetch(url: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; finalUrl: string }> {
    const order = { authority: "signature", ownHost: "proxy.test" } as const;
    const fetched = await fetchSource(url, order, {
      ...{
        config: { ...CONFIG, maxSourceBytes: 32 << 20, sourceTimeoutMs: 60_000 },
        fetch: this.#network.fetch,
        now: Date.now,
        ...this.#memory,
      },
      ...{ hostStore: null, later: (work: Promise<unknown>) => void work },
    });
    if (fetched.notModified) throw new Error("304 without a condition");
    return { bytes: fetched.bytes, finalUrl: fetched.finalUrl };
  }
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } | null {
  try {
    return readHeader(bytes);
  } catch {
    return null;
  }
}
