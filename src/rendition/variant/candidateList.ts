/** The candidates of one walk: what is known of the source, which ones were asked, and where the walk may still go. */
import { withTimeout } from "../../concurrency/timeout.ts";
import type { App } from "../../context/app.ts";
import type { Failure } from "../../errors.ts";
import type { Size } from "../../image/picture.ts";
import { type Candidate, ORIGINAL } from "../../origin/providers/candidate.ts";
import { candidatesFor } from "../../origin/providers/candidates.ts";
import { type Known, NOTHING_KNOWN } from "../../origin/providers/rule.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import { originalSize, shapeOf } from "../../store/sourceFacts.ts";
import type { SourceMeta } from "../../store/sourceMeta.ts";
import type { Miss } from "../miss.ts";
import type { After } from "./nextAfter.ts";

/** How long a walk waits for the source's metadata, in milliseconds. */
const KNOWN_WAIT_MS = 500;

type Wish = Pick<Miss, "request" | "store">;

export class CandidateList {
  readonly #wish: Wish;
  readonly #app: Pick<App, "config" | "state" | "now">;
  readonly #asked = new Set<string>();
  readonly #unwell = new Set<string>();
  readonly #refused: (readonly [Candidate, Failure])[] = [];
  #known: Known = NOTHING_KNOWN;
  /** Made of what is known now; null = to be made anew. */
  #made: readonly Candidate[] | null = null;
  #meta: SourceMeta | null = null;
  #onlyOriginal = false;
  #answered: Candidate | null = null;
  #hasBytes = false;

  constructor(wish: Wish, app: Pick<App, "config" | "state" | "now">) {
    this.#wish = wish;
    this.#app = app;
  }

  /** Upright size of the original, where it is known. */
  get original(): Size | null {
    return this.#known.original;
  }

  /** What the source's metadata says; null = nothing, or it was not needed. */
  get meta(): SourceMeta | null {
    return this.#meta;
  }

  /** Whether the provider may have a size for the request. */
  get hasChoice(): boolean {
    return this.#all().length > 1;
  }

  /** Reads what is known of the source. Costs nothing where there is no choice. Never rejects. */
  async learn(): Promise<void> {
    if (!this.hasChoice) return;
    const meta = await withTimeout(this.#wish.store.sourceMeta(), KNOWN_WAIT_MS).catch(() => null);
    this.#meta = meta;
    this.#know({ original: originalSize(meta), shape: shapeOf(meta) });
  }

  /** What the image server says of the picture. */
  describe(iiif: Known["iiif"]): void {
    this.#know({ iiif });
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

  answered(candidate: Candidate, hasBytes: boolean): void {
    this.#answered = candidate;
    this.#hasBytes = hasBytes;
  }

  /** It had too few pixels, because the shape was guessed wrong. `shape`: its upright size. */
  tooSmall(shape: Size): void {
    this.#know({ shape });
  }

  /** It shows something else: a crop, or what the picture has become since its size was read. */
  skipToOriginal(): void {
    this.#onlyOriginal = true;
  }

  failed(candidate: Candidate, failure: Failure, { next, isRuleWrong }: After): void {
    this.unwell(candidate.url, next);
    if (!isRuleWrong) return;
    this.#app.state.refusals.noteRefused(candidate, failure, this.#app.now());
    this.#refused.push([candidate, failure]);
  }

  /** An address of the source's provider has failed so that others need not be tried. */
  unwell(url: string, next: After["next"]): void {
    if (next === "host") this.#unwell.add(hostOf(url));
    if (next === "original") this.skipToOriginal();
  }

  /** The walk has ended, well or not. */
  end(): void {
    this.#app.state.refusals.noteEnd(this.#refused, this.#answered, this.#app.now());
  }

  /** Bytes of the original that were not fetched; null for the original itself, for a 304, and where its length is not known. */
  bytesSaved(bytesIn: number): number | null {
    const original = this.#meta?.variants[ORIGINAL];
    if (!this.#hasBytes || this.#answered?.variant === ORIGINAL || original === undefined) return null;
    return original.bytes - bytesIn;
  }

  #know(more: Partial<Known>): void {
    this.#known = { ...this.#known, ...more };
    this.#made = null;
  }

  /** Without those that were refused lately: other requests may have learnt of them meanwhile. */
  #all(): readonly Candidate[] {
    const { request } = this.#wish;
    const { config, state, now } = this.#app;
    this.#made ??= candidatesFor(request.source, request.transform, this.#known, providerRules(config));
    return this.#made.filter((candidate) => !state.refusals.isRefused(candidate, now()));
  }
}

function hostOf(url: string): string {
  return new URL(url).host;
}
