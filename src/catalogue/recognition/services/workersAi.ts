/**
 * Workers AI's picture classification (developers.cloudflare.com/workers-ai/models/resnet-50). It knows ImageNet's 1 000
 * classes, without boxes and parents. The binding `AI` is there only where the operator adds it.
 */
import { isObject } from "../../record.ts";
import { CALL_TIMEOUT_MS, type Recogniser, SERVICES } from "../recogniser.ts";

export type AiBinding = { run(model: string, input: { readonly image: readonly number[] }): Promise<unknown> };

export function workersAi(ai: AiBinding, timeoutMs: number = CALL_TIMEOUT_MS): Recogniser {
  const { model } = SERVICES["workers-ai"];
  return {
    provider: "workers-ai",
    ...SERVICES["workers-ai"],
    async recognise(jpeg) {
      // The binding takes no signal. A call that is given up goes on, and may be charged for.
      const late = new Promise<never>((_, reject) => {
        AbortSignal.timeout(timeoutMs).addEventListener("abort", () => reject(new Error("TimeoutError")));
      });
      try {
        const answer = await Promise.race([ai.run(model, { image: [...jpeg] }), late]);
        if (!Array.isArray(answer)) return { kind: "unknown", why: "no list of classes" };
        const labels = answer.filter(isObject).flatMap(({ label, score }) => {
          if (typeof label !== "string" || typeof score !== "number") return [];
          // `EGYPTIAN CAT, TABBY`: synonyms between commas.
          const [name = "", ...aliases] = label.split(",").map((word) => word.trim().toLowerCase());
          return [
            { name, confidence: score, parents: [], aliases: aliases.filter((alias) => alias !== ""), boxes: [] },
          ];
        });
        return { kind: "found", labels, modelVersion: model };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (/\b(3036|3040|429)\b|capacity|rate limit/i.test(why)) return { kind: "throttled" };
        return { kind: "unknown", why: "no answer of Workers AI" };
      }
    },
  };
}
