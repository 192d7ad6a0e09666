/**
 * Sites built by the real Next.js and Nuxt with the settings of docs/front-end/clients.md. Every address of their pages is
 * asked from a running edge. It installs some 600 MB by npm, so it runs with FIRSTLIGHT_LONG=1 only:
 * `npm run test:long -- clients`. The same without a build: test/e2e/door.test.ts.
 */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { buildNext, buildNuxt, type Site } from "../support/clients/builds.ts";
import { checkPictures, picturesOf } from "../support/clients/pictures.ts";
import { jpegOf } from "../support/sources/picture.ts";

const VARS = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "localhost" };
const signing = { key: "736563726574", salt: "68656c6c6f" };

describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("published clients, built for real", { timeout: 600_000 }, () => {
  const folders: string[] = [];
  const newFolder = () => {
    folders.push(mkdtempSync(join(tmpdir(), "firstlight-site-")));
    return folders.at(-1) ?? "";
  };
  let source: Server;
  let edges: readonly Edge[] = [];
  let site: Site;

  beforeAll(async () => {
    const picture = await jpegOf({ r: 40, g: 90, b: 160 }, 2048, 1365);
    source = createServer((_, response) => {
      response.writeHead(200, { "cache-control": "max-age=3600" }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    const keys = { SIGNING_KEYS: signing.key, SIGNING_SALTS: signing.salt };
    const [open, keyed] = (edges = await Promise.all([
      startEdge({ heavy: false, vars: VARS }),
      startEdge({ heavy: false, vars: { ...VARS, ...keys } }),
    ]));
    const origin = `http://localhost:${(source.address() as AddressInfo).port}`;
    site = { ...{ open: open?.url ?? "", keyed: keyed?.url ?? "" }, signing, origin, path: "/a%20b.jpg?x=1&y=2" };
  }, 120_000);

  afterAll(async () => {
    await Promise.all(edges.map((edge) => edge.stop()));
    source?.close();
    // Some 60 000 files.
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }, 600_000);

  async function ask(url: string) {
    const answer = await fetch(url, { headers: { accept: "image/webp" } });
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
  }

  async function holds(pages: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, html] of Object.entries(pages)) {
      const { asked, wrong } = await checkPictures(html, ask);
      expect([name, wrong]).toEqual([name, []]);
      // Each picture has a src and at least one candidate.
      expect(asked, name).toBeGreaterThanOrEqual(2 * Math.max(1, picturesOf(html).length));
    }
  }

  test("Next.js: its own loader, a loaderFile, a signed page, unpic in React; no key is in the browser's files", async () => {
    const folder = newFolder();
    const pages = await buildNext(folder, site);
    await holds(pages);
    expect(picturesOf(pages["its own loader"] ?? "")).toHaveLength(3);
    const sent = readdirSync(join(folder, ".next/static"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.filter((text) => text.includes(signing.key))).toEqual([]);
  });

  test("Nuxt: its providers ipx, weserv and imgproxy, and ours", async () => {
    const pages = await buildNuxt(newFolder(), site);
    await holds(pages);
    for (const html of Object.values(pages)) expect(picturesOf(html)).toHaveLength(2);
  });
});
