/** What a URL means to a Worker with a given configuration, or why it refuses it: `npm run sign -- --explain URL`. */
import type { Config } from "../../config/config.ts";
import { ANSWERS, asFailure, publicMessage } from "../../errors.ts";
import { checkSource } from "../../policy/source.ts";
import { canonicalOptions } from "../../request/canonical.ts";
import { readImageRequest } from "../../request/readImageRequest.ts";

export type Explanation = { readonly ok: boolean; readonly lines: readonly string[] };

/** Lines for a person. `now` in milliseconds; `accept` as a browser sends it. Never throws. */
export async function explain(url: string, accept: string | null, config: Config, now: number): Promise<Explanation> {
  try {
    const request = await readImageRequest(url, accept, config, now);
    const { transform, delivery, expires } = request;
    const lines = [
      `door        ${request.grammar}`,
      `source      ${request.source}`,
      `vouched by  ${request.authority}`,
      ...Object.entries(transform).map(([name, value]) => `${name.padEnd(12)}${JSON.stringify(value)}`),
      `negotiated  ${request.negotiated ? `yes, ${request.accept} here` : "no"}`,
      `expires     ${expires === null ? "never" : new Date(expires * 1000).toISOString()}`,
      `file name   ${delivery.filename ?? "none"}${delivery.attachment ? ", to be saved" : ""}`,
      `stored as   ${canonicalOptions(request)}`,
    ];
    try {
      checkSource(request.source, request.authority, config, new URL(url).host);
      return { ok: true, lines: [...lines, "policy      the source may be fetched"] };
    } catch (error) {
      return { ok: false, lines: [...lines, ...told(error)] };
    }
  } catch (error) {
    return { ok: false, lines: told(error) };
  }
}

function told(error: unknown): readonly string[] {
  const { reason, facts, detail } = asFailure(error);
  const lines = [`refused     ${ANSWERS[reason].status} ${reason}: ${publicMessage(reason, facts)}`];
  return detail === undefined ? lines : [...lines, `because     ${detail}`];
}
