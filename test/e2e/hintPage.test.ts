import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hintPage, type PagePicture } from "../../warmer/client/hint.ts";
import { CHROMIUM_MISSING, launchBrowser } from "../support/browser.ts";
import { PAGE_LAYOUTS } from "../support/pageLayouts.ts";
import { SIZES_ROWS } from "../support/sizesRows.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
/** Screens that the page is loaded on: all combinations. */
const WIDTHS = LONG ? Array.from({ length: 41 }, (_, at) => 320 + at * 40) : [320, 720, 1120, 1520, 1920];
const DENSITIES = LONG ? [1, 1.25, 1.5, 2, 2.625, 3] : [1, 1.5, 2, 3];
const HEIGHT = 800;
const RIGHT_SHARE = 0.95;
const MOST_KNOWN = 1.3;
const MOST_UNKNOWN = 3;
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>';
const LIMIT_MS = LONG ? 1_800_000 : 180_000;

if (CHROMIUM_MISSING !== undefined) console.warn(`Skipped: hints and what a browser asks, ${CHROMIUM_MISSING}`);

describe.skipIf(CHROMIUM_MISSING !== undefined)(
  "what hintPage names and Chromium asks for",
  { timeout: LIMIT_MS },
  () => {
    let server: Server;
    let browser: Browser;
    let url: string;
    let html = "";
    /** Chromium asks again when a kept connection was closed meanwhile, so each path counts once. */
    let asked = new Set<string>();

    beforeAll(async () => {
      server = createServer((request, response) => {
        if (request.url === "/") response.writeHead(200, { "content-type": "text/html" }).end(html);
        else if (request.url === "/favicon.ico") response.writeHead(404).end();
        else {
          asked.add(request.url ?? "");
          response.writeHead(200, { "content-type": "image/svg+xml", "cache-control": "no-store" }).end(PICTURE);
        }
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      browser = await launchBrowser();
    }, LIMIT_MS);
    afterAll(async () => {
      await browser?.close();
      server?.close();
      server?.closeAllConnections();
    });

    /** Loads the pictures on a screen. Gives the paths that the browser asked for. */
    async function load(pictures: readonly PagePicture[], width: number, dpr: number): Promise<readonly string[]> {
      const attribute = (name: string, value?: string) =>
        value === undefined ? "" : ` ${name}="${value.replace(/["&<]/g, (one) => `&#${one.charCodeAt(0)};`)}"`;
      const images = pictures.map((picture) => {
        const { srcset, src, sizes } = typeof picture === "string" ? { srcset: picture } : picture;
        return `<img alt=""${attribute("sizes", sizes)}${attribute("srcset", srcset)}${attribute("src", src)}>`;
      });
      html = `<!doctype html><meta name="viewport" content="width=device-width">${images.join("\n")}`;
      asked = new Set();
      const context = await browser.newContext({ viewport: { width, height: HEIGHT }, deviceScaleFactor: dpr });
      const page = await context.newPage();
      await page.goto(url, { waitUntil: "load" });
      await context.close();
      return [...asked];
    }

    it("over a grid of screens: at least 95 % of pictures, known and unknown", async () => {
      const layouts = Object.entries(PAGE_LAYOUTS);
      const pictures = layouts.flatMap(([, list]) => [...list]);
      const unknown = hintPage({ pictures }).paths;
      let screens = 0;
      let known = 0;
      const right = { known: 0, unknown: 0 };
      for (const width of WIDTHS) {
        for (const dpr of DENSITIES) {
          const paths = await load(pictures, width, dpr);
          expect(paths, "each picture is asked for once").toHaveLength(pictures.length);
          const named = hintPage({ pictures, viewport: { width, height: HEIGHT }, dpr }).paths;
          screens++;
          known += named.length;
          right.known += paths.filter((path) => named.includes(path)).length;
          right.unknown += paths.filter((path) => unknown.includes(path)).length;
        }
      }
      const all = screens * pictures.length;
      console.log(
        `${all} pictures on ${screens} screens: known ${share(right.known / all)} with ${(known / all).toFixed(2)} hints, ` +
          `unknown ${share(right.unknown / all)} with ${(unknown.length / pictures.length).toFixed(2)}`,
      );
      expect(right.known / all).toBeGreaterThanOrEqual(RIGHT_SHARE);
      expect(known / all).toBeLessThanOrEqual(MOST_KNOWN);
      expect(right.unknown / all).toBeGreaterThanOrEqual(RIGHT_SHARE);
      expect(unknown.length / pictures.length).toBeLessThanOrEqual(MOST_UNKNOWN);
    });

    it("reads sizes as Chromium does, row for row", async () => {
      // A file for every five pixels: the file that is chosen shows the size that Chromium computed.
      const files = (at: number) => Array.from({ length: 200 }, (_, step) => `/${at}/${step * 5 + 1} ${step * 5 + 1}w`);
      const rows = SIZES_ROWS.map(([sizes], at) => ({ sizes, srcset: files(at).join(", ") }));
      const paths = await load(rows, 800, 1);
      const screen = { viewport: { width: 800, height: HEIGHT }, dpr: 1 };
      const read = (chosen: (at: number) => readonly string[]) =>
        SIZES_ROWS.map(([sizes], at) => [sizes, ...chosen(at)]);
      // Chromium takes `auto` as 100vw unless the picture is lazy. Then it is the width in the layout, which the author says
      // behind it.
      const asked = read((at) => paths.filter((path) => path.startsWith(`/${at}/`)));
      const named = read((at) => hintPage({ pictures: [rows[at] ?? ""], ...screen }).paths);
      const isComparable = ([sizes = ""]: readonly string[]) => !sizes.startsWith("auto");
      expect(named.filter(isComparable)).toEqual(asked.filter(isComparable));
    });

    it("reads srcset as Chromium does, at several densities", async () => {
      const rows = SRCSET_ROWS.map((srcset, at) => ({ srcset: srcset.replaceAll("@", `/${at}/`), sizes: "100px" }));
      for (const dpr of [1, 1.5, 2]) {
        const paths = await load(rows, 800, dpr);
        for (const [at, picture] of rows.entries()) {
          const named = hintPage({ pictures: [picture], viewport: 800, dpr }).paths;
          expect(named, `${picture.srcset} at ${dpr}`).toEqual(paths.filter((path) => path.startsWith(`/${at}/`)));
        }
      }
    });
  },
);

const share = (part: number): string => `${(part * 100).toFixed(1)} %`;

/** `@` stands for the folder of the row. */
const SRCSET_ROWS = [
  "@a 1x, @b 2x",
  "@b 2x, @a",
  "@a, @b 1.5x, @c 2x",
  "@a 100w, @b 150w, @c 151w, @d 200w",
  "@a 100w, @b 100w, @c 200w, @d 200w",
  "@a 1x, @b 200w",
  "@a 120w, @b 1.4x, @c 199w",
  "@a 0x, @b 3x",
  "@a 0w, @b 100w",
  "@a -1x, @b 2x",
  "@a 100h, @b 2x",
  "@a 100w 100h, @b 300w",
  "@a 1.5w, @b 2x",
  "@a +1x, @b 2x",
  "@a 1e0x, @b 20e-1x",
  "@a 1x 2x, @b 2x",
  "@a 1x,@b 2x",
  "@a,@b 2x",
  "@a,, @b 2x",
  "@a (1, 2) 1x, @b 2x",
  "@a 1x (, @b 2x",
  "@a .5x, @b 2.x",
  "  @a  100w  ,  @b\t200w\n",
] as const;
