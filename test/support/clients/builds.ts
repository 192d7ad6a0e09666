/** Real builds of small sites by Next.js and Nuxt, with the settings that docs/front-end/clients.md shows. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { exampleOf } from "../exampleOf.ts";
import { env, installPacked } from "../packed.ts";

const PAGE = "docs/front-end/clients.md";
const execute = promisify(execFile);
const BUILD_MS = 300_000;

export const NEXT = ["next@16.4.6", "react@19.3.1", "react-dom@19.3.1", "@unpic/react@1.0.2"] as const;
export const NUXT = ["nuxt@4.5.2", "@nuxt/image@2.1.0"] as const;

export type Site = {
  /** A proxy without keys. */
  readonly open: string;
  /** A proxy with this pair of keys. */
  readonly keyed: string;
  readonly signing: { readonly key: string; readonly salt: string };
  /** Where the site's own pictures are, and the path of one: 2048 x 1365 pixels. */
  readonly origin: string;
  readonly path: string;
};

/** An example of the page for front ends, with this site's addresses in place of the page's. */
function exampleFor(site: Site, name: string, proxy = site.open): string {
  return exampleOf(PAGE, name)
    .replaceAll("https://img.example.org", proxy)
    .replaceAll("https://photos.example/a.jpg", site.origin + site.path)
    .replaceAll("https://www.example.org", site.origin)
    .replaceAll("photos.example", new URL(site.origin).host);
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Throws with what the build printed when it fails. */
async function build(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const quiet = { NEXT_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", VITEST: "" };
  const options = { cwd: folder, timeout: BUILD_MS, env: { ...env, ...quiet, ...variables } };
  await execute(join(folder, "node_modules/.bin", program), args, options).catch(
    (error: { readonly stdout: string }) => {
      throw new Error(`${error}\n${error.stdout}`);
    },
  );
}

const LAYOUT = `export default ({ children }) => <html lang="en"><body>{children}</body></html>;`;

/** Pages with `next/image`: of a fixed size, with `sizes`, and filling. */
const imagePage = (source: string) => `import Image from "next/image";
export default () => (
  <main>
    <Image src="${source}" width={320} height={213} alt="" />
    <Image src="${source}" width={1024} height={683} sizes="50vw" quality={80} alt="" />
    <Image src="${source}" fill sizes="100vw" alt="" />
  </main>
);`;

/** Builds with Next.js twice, with its own loader and with a `loaderFile`. Gives the HTML of every page by its name. */
export async function buildNext(folder: string, site: Site): Promise<Readonly<Record<string, string>>> {
  await installPacked(folder, NEXT);
  const config = exampleFor(site, "next.config.mjs");
  const keys = { SIGNING_KEY: site.signing.key, SIGNING_SALT: site.signing.salt };
  const read = (name: string) => readFileSync(join(folder, `.next/server/app/${name}.html`), "utf8");
  write(folder, {
    "next.config.mjs": config,
    "app/layout.jsx": LAYOUT,
    "app/page.jsx": imagePage(site.origin + site.path),
    "app/signed/page.jsx": exampleFor(site, "page.jsx", site.keyed),
    "app/unpic/picture.jsx": exampleFor(site, "unpic.jsx"),
    "app/unpic/page.jsx": `import { Picture } from "./picture.jsx";
export default () => <Picture src="${site.origin}${site.path}" width={400} height={267} alt="" />;`,
  });
  await build(folder, ["next", "build"], keys);
  const pages = { "its own loader": read("index"), "a signed page": read("signed"), "unpic in React": read("unpic") };
  write(folder, {
    "next.config.mjs": config.replace(/path: .*/, 'loader: "custom",\nloaderFile: "./loader.js",'),
    "loader.js": exampleFor(site, "loader.js"),
    "app/page.jsx": imagePage(site.path),
  });
  await build(folder, ["next", "build"], keys);
  return { ...pages, "a loaderFile": read("index") };
}

/** Builds with Nuxt. Gives the HTML of the section of each provider. */
export async function buildNuxt(folder: string, site: Site): Promise<Readonly<Record<string, string>>> {
  await installPacked(folder, NUXT);
  const { key, salt } = site.signing;
  const providers = ["ipx", "weserv", "imgproxy", "firstlight"];
  const config = exampleFor(site, "nuxt.config.ts").replace(
    "image: {",
    `compatibilityDate: "2026-11-01", telemetry: false, image: {
      weserv: { baseURL: "${site.origin}", weservURL: "${site.open}/" },
      imgproxy: { baseURL: "${site.keyed}", key: "${key}", salt: "${salt}" },
      providers: { firstlight: { name: "firstlight", provider: "~/firstlight.ts" } },`,
  );
  const sections = providers.map(
    (provider) => `<section id="${provider}">
      <NuxtImg provider="${provider}" src="${site.origin}${site.path}" width="320" height="213" fit="cover" />
      <NuxtImg provider="${provider}" src="${site.origin}${site.path}" format="webp"
        sizes="xs:100vw sm:100vw lg:1024px" />
    </section>`,
  );
  write(folder, {
    "nuxt.config.ts": config,
    "app/firstlight.ts": exampleFor(site, "firstlight.ts"),
    "app/app.vue": `<template><main>${sections.join("\n")}</main></template>`,
  });
  await build(folder, ["nuxt", "generate"], {});
  const html = readFileSync(join(folder, ".output/public/index.html"), "utf8");
  return Object.fromEntries(
    providers.map((provider) => [
      provider,
      new RegExp(`<section id="${provider}">([\\s\\S]*?)</section>`).exec(html)?.[1] ?? "",
    ]),
  );
}
