/**
 * Embeddings from an HTTP endpoint that speaks the embeddings request which many model servers know: `POST` of
 * `{"model", "input": ["data:image/webp;base64,…"]}`, answered with `{"data": [{"index", "embedding": [numbers]}]}`.
 */
import type { EmbeddedFile, Embedder } from "../../../catalogue/likeness/embeddings.ts";
import { isObject } from "../../../catalogue/record.ts";
import { sleep } from "../../signedCall.ts";
import { Unavailable, WrongInput } from "../failure.ts";

export type EmbeddingPlace = {
  readonly url: string;
  readonly model: string;
  /** Sent as `Authorization: Bearer`; "" = not sent. */
  readonly key: string;
};

const TIMEOUT_MS = 120_000;
/** Pauses before further tries, in milliseconds. */
const PAUSES_MS = [500, 2_000, 8_000, 30_000] as const;
const MOST_NUMBERS = 4_096;

/** Tries again after 429, 5xx and no answer. Rejects with WrongInput for any other answer, with Unavailable after all tries. */
export function httpEmbedder(
  { url, model, key }: EmbeddingPlace,
  signal: AbortSignal,
  pauses: readonly number[] = PAUSES_MS,
): Embedder {
  const headers = { "content-type": "application/json", ...(key === "" ? {} : { authorization: `Bearer ${key}` }) };
  let length: number | null = null;
  return {
    async embed(files) {
      const body = JSON.stringify({ model, input: files.map(dataUrl) });
      const vectors = readVectors(await answerTo(body), files.length);
      for (const vector of vectors) {
        length ??= vector.length;
        if (vector.length === length) continue;
        throw new WrongInput(`The model gave vectors of ${length} and of ${vector.length} numbers`);
      }
      return vectors;
    },
  };

  async function answerTo(body: string): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      const answer = await once(body);
      if (answer.kind === "given") return answer.value;
      const pause = pauses[tries];
      if (pause === undefined) throw new Unavailable(`${url}: ${answer.why}, ${tries + 1} times`);
      await sleep(pause, signal);
    }
  }

  async function once(body: string): Promise<{ kind: "given"; value: unknown } | { kind: "failed"; why: string }> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: limit });
      text = await response.text();
    } catch (error) {
      signal.throwIfAborted();
      return { kind: "failed", why: error instanceof Error ? error.message : "no answer" };
    }
    if (response.status === 429 || response.status >= 500) return { kind: "failed", why: `HTTP ${response.status}` };
    if (!response.ok) throw new WrongInput(`${url}: HTTP ${response.status} ${text.slice(0, 200)}`);
    try {
      return { kind: "given", value: JSON.parse(text) };
    } catch {
      throw new WrongInput(`${url}: the answer is no JSON`);
    }
  }
}

function dataUrl({ type, bytes }: EmbeddedFile): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

function readVectors(answer: unknown, count: number): readonly Float32Array[] {
  const data: readonly unknown[] = isObject(answer) && Array.isArray(answer.data) ? answer.data : [];
  const vectors = new Map<number, Float32Array>();
  for (const [at, row] of data.entries()) {
    if (!isObject(row) || !isVector(row.embedding)) continue;
    vectors.set(typeof row.index === "number" ? row.index : at, Float32Array.from(row.embedding));
  }
  return Array.from({ length: count }, (_, i) => {
    const vector = vectors.get(i);
    if (vector === undefined) throw new WrongInput(`The answer has no vector for picture ${i + 1} of ${count}`);
    return vector;
  });
}

function isVector(value: unknown): value is readonly number[] {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_NUMBERS;
  return isList && value.every((one) => typeof one === "number" && Number.isFinite(one));
}
