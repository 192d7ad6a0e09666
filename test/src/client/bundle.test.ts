import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { signedUrl, type signedUrlSync } from "../../../src/client/url.ts";

const SIGNING = { key: "736563726574", salt: "68656c6c6f" };

test("the client bundles for browsers without any dependency, in under 3 kB compressed, and signs there", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: ["src/client/url.ts"],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: "browser",
    format: "esm",
  });
  const text = outputFiles[0]?.text ?? "";
  expect(Object.keys(metafile.inputs).filter((file) => !file.startsWith("src/"))).toEqual([]);
  expect(gzipSync(text).length).toBeLessThan(3 * 1024);
  const bundled = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    signedUrl: typeof signedUrl;
    signedUrlSync: typeof signedUrlSync;
  };
  const ask = ["https://cdn.test", "https://a.test/ä.jpg", { width: 320, gravity: { at: "no" } }, SIGNING] as const;
  expect(await bundled.signedUrl(...ask)).toBe(await signedUrl(...ask));
  expect(bundled.signedUrlSync(...ask)).toBe(await signedUrl(...ask));
});
