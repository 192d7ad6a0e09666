import type { App } from "../context/app.ts";
import { asFailure, type Reason } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";

/** HTTPS failed in a way that lets the source's twin without TLS be asked. */
const WITHOUT_HTTPS: readonly Reason[] = ["source_unreachable", "source_tls", "source_timeout"];

/**
 * A source whose address had no scheme is asked over HTTPS, then over HTTP, which has a key of its own. A host that was
 * found to have no HTTPS, lately, is asked over HTTP at once. Throws what HTTPS said when both fail.
 */
export async function secureFirst<T>(
  request: ImageRequest,
  app: App,
  answer: (request: ImageRequest) => Promise<T>,
): Promise<T> {
  const { plainSource } = request;
  if (plainSource === undefined) return answer(request);
  const plain = { ...request, source: plainSource };
  if (app.state.https.isPlainOnly(new URL(plainSource).host, app.now())) return answer(plain);
  return answer(request).catch((error) => {
    if (!WITHOUT_HTTPS.includes(asFailure(error).reason)) throw error;
    return answer(plain).catch(() => {
      throw error;
    });
  });
}
