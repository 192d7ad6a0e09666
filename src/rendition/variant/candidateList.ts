/** The candidates of one walk: what is known of the source, which ones were asked, and where the walk may still go. */
import { withTimeout } from "../../concurrency/timeout.ts";
import type { App } from "../../context/app.ts";
import type { Failure } from "../../errors.ts";
import type { Size } from "../../image/picture.ts";
import { type Candidate, type Known, ORIGINAL } from "../../origin/providers/candidate.ts";
import { candidatesFor } from "../../origin/providers/candidates.ts";
import { originalSize, type SourceMeta, uprightSize } from "../../store/sourceMeta.ts";
import type { Miss } from "../miss.ts";
import { providerRules } from "../providerRules.ts";
import type { After } from "./nextAfter.ts";

/** How long a walk waits for the source's metadata, in milliseconds. */
const KNOWN_WAIT_MS = 500;

const NOTHING_KNOWN: Known = { original: null, shape: null, iiif: null };

export class CandidateList {
  readonly #miss: Pick<Miss, "request" | "store">;
  readonly #app: Pick<App, "config" | "state" | "now">;
  readonly #asked = new Set<string>();
  readonly #unwell = new Set<string>();
  readonly #refused: Candidate[] = [];
  #known = NOTHING_KNOWN;
  #meta: SourceMeta | null = null;
  #onlyOriginal = false;
  #answered: Candidate | null = null;

  constructor(miss: Pick<Miss, "request" | "store">, app: Pick<App, "config" | "state" | "now">) {
    this.#miss = miss;
    this.#app = app;
  }

  /** Upright size of the original, where it is known. */
  get original(): Size | null {
    return this.#known.original;
  }

  /** Reads what is known of the source. Costs nothing for a source whose provider has no sizes. Never rejects. */
  async learn(): Promise<void> {
    if (this.#all().length === 1) return;
    const meta = await withTimeout(this.#miss.store.sourceMeta(), KNOWN_WAIT_MS).catch(() => null);
    const some = Object.values(meta?.variants ?? {})[0];
    this.#meta = meta;
    this.#known = {
      ...this.#known,
      original: originalSize(meta),
      shape: some === undefined ? null : uprightSize(some),
    };
  }

  /** The one to ask next; null = none is left. */
  next(): Candidate | null {
    const next = this.#all().find(
      ({ url, variant }) =>
        !this.#asked.has(url) && !this.#unwell.has(hostOf(url)) && (!this.#onlyOriginal || variant === ORIGINAL),
    );
    if (next !== undefined) this.#asked.add(next.url);
    return next ?? null;
  }

  answered(candidate: Candidate): void {
    this.#answered = candidate;
  }

  /** It had too few pixels, because the shape was guessed wrong. `shape`: its upright size. */
  tooSmall(shape: Size): void {
    this.#known = { ...this.#known, shape };
  }

  /** It shows something else: a crop, or what the picture has become since its size was read. */
  skipToOriginal(): void {
    this.#onlyOriginal = true;
  }

  failed(candidate: Candidate, failure: Failure, { next, isRuleWrong }: After): void {
    if (next === "host") this.#unwell.add(hostOf(candidate.url));
    if (next === "original") this.skipToOriginal();
    if (!isRuleWrong) return;
    const { request } = this.#miss;
    this.#app.state.refusals.noteRefused(request.source, candidate, failure, this.#app.now());
    this.#refused.push(candidate);
  }

  /** The walk has ended, well or not. */
  end(): void {
    const { source } = this.#miss.request;
    this.#app.state.refusals.noteEnd(source, this.#refused, this.#answered, this.#app.now());
  }

  /** Bytes of the original that were not fetched; null for the original itself, and where its length is not known. */
  bytesSaved(bytesIn: number): number | null {
    const original = this.#meta?.variants[ORIGINAL];
    if (this.#answered === null || this.#answered.variant === ORIGINAL || original === undefined) return null;
    return original.bytes - bytesIn;
  }

  #all(): readonly Candidate[] {
    const { source, transform } = this.#miss.request;
    const { config, state, now } = this.#app;
    const isRefused = (candidate: Candidate) => state.refusals.isRefused(source, candidate, now());
    return candidatesFor(source, transform, this.#known, providerRules(config), isRefused);
  }
}

/** Whether a provider's own size may serve the request, so that what was heard of the original's file does not decide. */
export function mayUseVariant({ request }: Pick<Miss, "request">, { config }: Pick<App, "config">): boolean {
  return candidatesFor(request.source, request.transform, NOTHING_KNOWN, providerRules(config)).length > 1;
}

function hostOf(url: string): string {
  return new URL(url).host;
}
