/** The primary bucket alone, behind R2's S3 door, for programs that read it: a start of a second, and no Worker of ours. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { LOCAL_S3 } from "../../src/cli/edge/start.ts";

export type LocalBucket = {
  /** What `npm run catalogue` reads from the environment. */
  readonly env: Readonly<Record<"S3_ENDPOINT" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY", string>>;
  /** Stores texts by key. */
  put(texts: ReadonlyMap<string, string>): Promise<void>;
  stop(): Promise<void>;
};

const FILL = `export default {
  async fetch(request, env) {
    const texts = await request.json();
    for (let at = 0; at < texts.length; at += 50) {
      await Promise.all(texts.slice(at, at + 50).map(([key, text]) => env.R2_PRIMARY.put(key, text)));
    }
    return new Response();
  },
};`;
const TEXTS_A_CALL = 200;

export async function startBucket(): Promise<LocalBucket> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...{ name: "bucket", modules: true, script: FILL, compatibilityDate: "2026-11-09" },
          r2Buckets: { R2_PRIMARY: { id: "firstlight-primary", s3Credentials: LOCAL_S3 } },
        },
      ],
      ...{ host: "127.0.0.1", port: 0, cf: false, log: new Log(LogLevel.NONE), logRequests: false },
      telemetry: { enabled: false },
    } as unknown as V4MiniflareOptions),
  );
  const { origin } = await miniflare.ready;
  return {
    env: {
      S3_ENDPOINT: `${origin}/cdn-cgi/local/r2/s3`,
      S3_ACCESS_KEY_ID: LOCAL_S3.accessKeyId,
      S3_SECRET_ACCESS_KEY: LOCAL_S3.secretAccessKey,
    },
    async put(texts) {
      const list = [...texts];
      for (let at = 0; at < list.length; at += TEXTS_A_CALL) {
        const body = JSON.stringify(list.slice(at, at + TEXTS_A_CALL));
        const { ok, status } = await fetch(origin, { method: "POST", body });
        if (!ok) throw new Error(`The bucket took nothing: ${status}`);
      }
    },
    stop: () => miniflare.dispose(),
  };
}
