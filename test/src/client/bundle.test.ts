import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import type { createClient } from "../../../src/client/client.ts";
import { signedUrl, type signedUrlSync } from "../../../src/client/url.ts";

const SIGNING = { key: "736563726574", salt: "68656c6c6f" };

/** The bundle of an entry as browsers get it: its text, and the files that are not ours. */
async function bundleOf(entry: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: "browser",
    format: "esm",
  });
  const text = outputFiles[0]?.text ?? "";
  const foreign = Object.keys(metafile.inputs).filter((file) => !file.startsWith("src/"));
  return { text, foreign, module: await import(`data:text/javascript,${encodeURIComponent(text)}`) };
}

test("firstlight/url bundles for browsers without any dependency, in under 3.25 kB compressed, and signs there", async () => {
  const { text, foreign, module } = await bundleOf("src/client/url.ts");
  expect(foreign).toEqual([]);
  expect(gzipSync(text).length).toBeLessThan(3.25 * 1024);
  const bundled = module as { signedUrl: typeof signedUrl; signedUrlSync: typeof signedUrlSync };
  const ask = ["https://cdn.test", "https://a.test/ä.jpg", { width: 320, gravity: { at: "no" } }, SIGNING] as const;
  expect(await bundled.signedUrl(...ask)).toBe(await signedUrl(...ask));
  expect(bundled.signedUrlSync(...ask)).toBe(await signedUrl(...ask));
});

test("firstlight/client does too, and it has no code that signs", async () => {
  const { text, foreign, module } = await bundleOf("src/client/client.ts");
  expect(foreign).toEqual([]);
  expect(gzipSync(text).length).toBeLessThan(3.25 * 1024);
  expect(text).not.toMatch(/signing key|Math\.cbrt/);
  const bundled = module as { createClient: typeof createClient };
  expect(bundled.createClient({ endpoint: "https://cdn.test" }).src("https://a.test/ä.jpg", { width: 9 })).toMatch(
    /^https:\/\/cdn\.test\/unsafe\/w:9\//,
  );
});
