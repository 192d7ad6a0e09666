/** What pages see of errors and of headers of their own, in a real browser: PLACEHOLDER, preflights, exposed headers. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { CHROMIUM_MISSING, launchBrowser } from "../support/browser.ts";

const START_MS = 120_000;

if (CHROMIUM_MISSING !== undefined) console.warn(`Skipped: errors in a browser, ${CHROMIUM_MISSING}`);

describe.skipIf(CHROMIUM_MISSING !== undefined)("in Chromium", { timeout: START_MS }, () => {
  const edges: Edge[] = [];
  let browser: Browser;
  let page: Page;
  let site: Server;

  beforeAll(async () => {
    site = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>A page"));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await Promise.all(edges.map((edge) => edge.stop()));
    site?.close();
  });

  async function edgeWith(PLACEHOLDER: string): Promise<string> {
    const edge = await startEdge({ heavy: false, vars: { PLACEHOLDER } });
    edges.push(edge);
    return `${edge.url}/photon/not-listed.test/a.jpg?w=160`;
  }

  /** Which event an `<img>` gets, and the picture's width. */
  const imageOf = (url: string) =>
    page.evaluate(
      (src) =>
        new Promise<string>((resolve) => {
          const image = new Image();
          image.onload = () => resolve(`load ${image.naturalWidth}`);
          image.onerror = () => resolve("error");
          image.src = src;
        }),
      url,
    );
  const fetchOf = (url: string, headers: Record<string, string>) =>
    page.evaluate(
      async ([src, own]) => {
        const response = await fetch(src, { headers: own });
        const seen = ["cache-status", "server-timing"].filter((name) => response.headers.has(name));
        return [response.status, ((await response.json()) as { code: string }).code, ...seen];
      },
      [url, headers] as const,
    );

  test.each([
    ["off", "error"],
    ["transparent", "load 1"],
    ["svg", "load 400"],
  ])(
    "PLACEHOLDER=%s: an <img> of an error gets %s; a fetch() with headers of its own gets JSON",
    async (kind, event) => {
      const url = await edgeWith(kind);
      expect(await imageOf(url)).toBe(event);
      const answer = [403, "source_not_allowed", "cache-status", "server-timing"];
      expect(await fetchOf(url, { "x-requested-with": "page", authorization: "none" })).toEqual(answer);
    },
  );
});
