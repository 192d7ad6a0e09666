/** What the edge says about a path that it accepted. */
export const EDGE_OUTCOMES = ["made", "present", "expired", "refused", "failed"] as const;
export type EdgeOutcome = (typeof EDGE_OUTCOMES)[number];

/** `unknown`: the path was accepted, and the edge said nothing more about it. */
export type HintOutcome = EdgeOutcome | "unknown";

/**
 * Takes what became of one hint of a push.
 * @param index of the hint in its batch
 * @param reason "" if the outcome has none
 */
export type OutcomeSink = (index: number, outcome: HintOutcome, reason: string) => void;

/** The most lines that are read: the first one, one for each path of a push, and some blank ones. */
const MAX_LINES = 64;

/**
 * Reads the edge's answer to one push: `{"accepted":n,"refused":[{path,reason}],"regions":n}`, and after it, if the edge speaks
 * `application/x-ndjson`, one line `{path,outcome,reason}` for each accepted path. Each hint gets exactly one outcome;
 * a second one for the same path is ignored, and so are lines that cannot be read. Never throws.
 */
export class PushAnswer {
  /** The first line has been read: the edge took the push. */
  acknowledged = false;
  /** Hints that the first line refused. The edge accepted the others. */
  refusedAtOnce = 0;
  readonly #paths: readonly string[];
  readonly #onMapVersion: (version: number) => void;
  readonly #settled: boolean[];
  #unsettled: number;
  #byPath: Map<string, number[]> | undefined;
  /** The line that is not complete. */
  #rest = "";
  #taken = 0;
  #lines = 0;

  /**
   * @param paths the paths of the push, as they are written between the quotes of a JSON string
   * @param onMapVersion told of the version of the edge's map of the regions, if the first line has one
   */
  constructor(paths: readonly string[], onMapVersion: (version: number) => void = () => {}) {
    this.#paths = paths;
    this.#onMapVersion = onMapVersion;
    this.#unsettled = paths.length;
    this.#settled = paths.map(() => false);
  }

  /** The edge took the push: its first line says so, or its status and no line at all. */
  get isAccepted(): boolean {
    return this.acknowledged || this.#unsettled === 0;
  }

  /** Hints without an outcome. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Takes more of the body. Outcomes are reported as soon as their line is complete. */
  take(piece: string, sink: OutcomeSink): void {
    this.#taken += piece.length;
    const text = this.#rest === "" ? piece : this.#rest + piece;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#line(text.slice(start, end), sink);
      start = end + 1;
    }
    this.#rest = text.slice(start);
  }

  /** The body is complete. Hints without an outcome end as unknown. @param body all of it, with the pieces before */
  finish(body: string, sink: OutcomeSink): void {
    this.take(body.slice(this.#taken), sink);
    // The last line needs no line feed.
    if (this.#rest !== "") this.#line(this.#rest, sink);
    this.giveUp(sink);
  }

  /** Nothing more will arrive. Hints without an outcome end as unknown. */
  giveUp(sink: OutcomeSink): void {
    this.#rest = "";
    for (let index = 0; index < this.#settled.length; index++) this.#settle(index, "unknown", "", sink);
  }

  #line(line: string, sink: OutcomeSink): void {
    if (this.#unsettled === 0 || ++this.#lines > MAX_LINES || line.trim() === "") return;
    const fields = parseObject(line);
    if (fields === undefined) return;
    if (!this.acknowledged) this.#first(fields, sink);
    else {
      const outcome = EDGE_OUTCOMES.find((name) => name === fields.outcome);
      if (outcome !== undefined) this.#settlePath(fields, outcome, sink);
    }
  }

  #first({ accepted, refused, regions }: Record<string, unknown>, sink: OutcomeSink): void {
    if (typeof accepted !== "number" && !Array.isArray(refused)) return;
    this.acknowledged = true;
    if (Number.isSafeInteger(regions)) this.#onMapVersion(Number(regions));
    if (!Array.isArray(refused)) return;
    for (const entry of refused.slice(0, this.#paths.length)) {
      if (typeof entry === "object" && entry !== null) {
        this.#settlePath(entry as Record<string, unknown>, "refused", sink);
      }
    }
    this.refusedAtOnce = this.#paths.length - this.#unsettled;
  }

  #settlePath({ path, reason }: Record<string, unknown>, outcome: EdgeOutcome, sink: OutcomeSink): void {
    if (typeof path !== "string") return;
    this.#byPath ??= indicesOf(this.#paths);
    const told = outcome === "refused" || outcome === "failed" ? reasonOf(reason) : "";
    for (const index of this.#byPath.get(path) ?? []) this.#settle(index, outcome, told, sink);
  }

  #settle(index: number, outcome: HintOutcome, reason: string, sink: OutcomeSink): void {
    if (this.#settled[index] !== false) return;
    this.#settled[index] = true;
    this.#unsettled--;
    sink(index, outcome, reason);
  }
}

/** The places of each path. A path may occur twice if deduplication is off. */
function indicesOf(paths: readonly string[]): Map<string, number[]> {
  const indices = new Map<string, number[]>();
  for (const [index, written] of paths.entries()) {
    const path = written.includes("\\") ? String(JSON.parse(`"${written}"`)) : written;
    const before = indices.get(path);
    if (before === undefined) indices.set(path, [index]);
    else before.push(index);
  }
  return indices;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A reason becomes a metric label, so only text that looks like a code is kept. */
function reasonOf(reason: unknown): string {
  return typeof reason === "string" && /^[a-z0-9_-]{1,40}$/i.test(reason) ? reason : "other";
}
