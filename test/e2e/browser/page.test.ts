import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COPIED } from "../../../demo/alike/server.ts";
import { encodeAvif } from "../../../src/image/formats/avif/encoder.ts";
import { CHROMIUM_MISSING } from "../../support/browser.ts";
import { DESK, type DemoPage, listen, SOON, START_MS, startDemoPage, TELEPHONE } from "../../support/demoPage.ts";
import { drawnPictures, mosaicDifference, originalMosaic } from "../../support/drawnPictures.ts";
import { screenshot } from "../../support/screenshots.ts";

/** Mean difference per channel (of 255) up to which a thumbnail shows its original; measured: 0.1 to 0.8. */
const SAME_PICTURE = 2;

if (CHROMIUM_MISSING !== undefined) console.warn(`Skipped: the demo in a browser, ${CHROMIUM_MISSING}`);

describe.skipIf(CHROMIUM_MISSING !== undefined)("the demo's page in Chromium", { timeout: START_MS }, () => {
  let parts: DemoPage;
  beforeAll(async () => {
    parts = await startDemoPage();
  }, START_MS);
  afterAll(() => parts?.stop());
  const textOf = (selector: string) => parts.page.textContent(selector);
  const title = (at: number) => parts.demo.catalogue.entries[at]?.title ?? "";

  it("draws every picture cold at the first try: each its own original, in shape and colour", async () => {
    const { page, demo } = parts;
    await page.goto(demo.url);
    const pictures = await drawnPictures(page);
    expect(pictures).toHaveLength(demo.catalogue.entries.length);
    for (const [index, picture] of pictures.entries()) {
      const entry = demo.catalogue.entries[index];
      if (entry === undefined) throw new Error(`no entry ${index}`);
      expect(picture.width, entry.file).toBeGreaterThan(100);
      expect(picture.width / picture.height, entry.file).toBeCloseTo(entry.width / entry.height, 1);
      const original = await originalMosaic(demo.catalogue.folder, entry.file);
      const difference = mosaicDifference(picture.mosaic, original);
      expect(difference, `${entry.file} differs from its original`).toBeLessThan(SAME_PICTURE);
    }
    // A picture that came out as one colour would still have to differ from all the others.
    expect(new Set(pictures.map(({ mosaic }) => mosaic.join())).size).toBe(pictures.length);
  });

  it("says under each where it came from and in how many milliseconds; hinted ones can be in the region already", async () => {
    const pictures = await drawnPictures(parts.page);
    for (const { note } of pictures) expect(note).toMatch(/^(source, just now|European store), [\d.]+\sms$/);
    const kinds = pictures.map(({ kind }) => kind);
    expect(kinds.slice(8).every((kind) => kind === "source")).toBe(true);
  });

  it("sums it up: bytes, how often the sources were asked, the median", async () => {
    await expect.poll(() => textOf("#bytes"), SOON).toMatch(/^[\d.]+\sMB → [\d.]+\sMB$/);
    await expect.poll(() => textOf("#asked"), SOON).toMatch(/^asked (once|\d+ times)$/);
    expect(await textOf("#median")).toMatch(/^[\d.]+\sms$/);
    expect(await textOf("#summary")).toMatch(/^All \d+ pictures are drawn: .+ The median time was [\d.]+\sms\.$/);
  });

  it("a reload keeps the bar of the last load above the new one, and the path counts where pictures came from", async () => {
    const { page, demo } = parts;
    expect(await page.locator("#before").isVisible()).toBe(false);
    const before = await page.locator("#now .bar span").allTextContents();
    await page.click("text=Load again");
    await page.waitForURL(/from=MAD/);
    await drawnPictures(page);
    expect(await page.locator("#before .bar span").allTextContents()).toEqual(before);
    const heights = await page
      .locator(".load")
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().top));
    expect(heights[0]).toBeLessThan(heights[1] ?? 0);
    const counts = (await page.locator(".report [data-count]").allTextContents()).map(Number);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(demo.catalogue.entries.length);
    // One that the region answered first may not be in the edge cache yet.
    expect(
      Number(/^edge cache in Madrid (\d+)$/.exec((await textOf('.station[data-kind="edge"]')) ?? "")?.[1]),
    ).toBeGreaterThan(demo.catalogue.entries.length * 0.8);
    expect(await page.locator('.station[data-kind="edge"]').getAttribute("data-used")).toBe("true");
    await screenshot(page, "demo");
  });

  it("has more like this: every photograph with its copies, and a sample report of the experiment", async () => {
    const page = await parts.browser.newPage();
    page.setDefaultTimeout(150_000);
    await page.goto(parts.demo.url, { waitUntil: "domcontentloaded" });
    // The copies are made when the page is first asked for.
    await Promise.all([page.waitForURL("**/alike"), page.click("text=More like this")]);
    const images = page.locator("[data-alike] img");
    expect(await images.count()).toBe(7 * COPIED);
    expect(await images.evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 50))).toBe(
      true,
    );
    // Of each photograph itself and four copies that hashes are made for.
    expect(await page.locator('[data-found="true"]').count()).toBeGreaterThanOrEqual(5 * COPIED);
    await screenshot(page, "demo-alike");
    await Promise.all([page.waitForURL("**/experiment"), page.click("text=A sample report")]);
    expect(await page.locator("svg").count()).toBe(2);
    expect(await page.textContent("p")).toContain("Mates are clicked more often");
    await page.close();
  });

  it("draws an AVIF of our encoder: each quarter in its colour", async () => {
    const page = await parts.browser.newPage();
    const colours = [
      ...[
        [220, 40, 40],
        [40, 180, 40],
      ],
      ...[
        [40, 60, 220],
        [230, 230, 230],
      ],
    ] as const;
    const data = new Uint8Array(4 * 64 * 48).fill(255);
    for (let i = 0; i < 64 * 48; i++) {
      const quarter = 2 * Number(Math.floor(i / 64) >= 24) + Number(i % 64 >= 32);
      data.set(colours[quarter] ?? [], 4 * i);
    }
    const file = await encodeAvif({ width: 64, height: 48, data, alpha: false }, 80);
    await page.setContent(`<img src="data:image/avif;base64,${Buffer.from(file).toString("base64")}">`);
    const drawn = await page.evaluate(async () => {
      const picture = document.querySelector("img") as HTMLImageElement;
      await picture.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      context.drawImage(picture, 0, 0);
      const at = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
      return {
        size: [picture.naturalWidth, picture.naturalHeight],
        at: [at(16, 12), at(48, 12), at(16, 36), at(48, 36)],
      };
    });
    expect(drawn.size).toEqual([64, 48]);
    for (const [quarter, colour] of colours.entries()) {
      for (const [channel, value] of colour.entries()) {
        expect(Math.abs((drawn.at[quarter]?.[channel] ?? 0) - value)).toBeLessThan(8);
      }
    }
    await page.close();
  });

  it("shifts nothing while pictures come, and shows their ThumbHashes until then", async () => {
    const { browser, demo } = parts;
    const page = await browser.newPage({ viewport: DESK });
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/at/**", async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(demo.url, { waitUntil: "domcontentloaded" });
    const placeholders = await page
      .locator(".card img")
      .evaluateAll((images) => images.map((image) => getComputedStyle(image).backgroundImage));
    expect(placeholders.every((image) => image.startsWith('url("data:image/webp;base64,'))).toBe(true);
    await expect.poll(() => page.textContent("[data-how]"), SOON).toBe("on its way");
    await screenshot(page, "demo-placeholders");
    release();
    await drawnPictures(page);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            resolve(list.getEntries().reduce((sum, entry) => sum + ((entry as { value?: number }).value ?? 0), 0));
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(0), 500);
        }),
    );
    // The figures at the top get their values in lines that are there already.
    expect(shift).toBeLessThan(0.02);
    await page.close();
  });

  it.each([
    ["a desk", DESK, "light"],
    ["a desk in the dark", DESK, "dark"],
    ["a telephone", TELEPHONE, "light"],
    ["a telephone in the dark", TELEPHONE, "dark"],
  ] as const)(
    "fits %s: nothing is cut or runs over, and the first picture is above the fold",
    async (name, size, colorScheme) => {
      const { page } = parts;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.evaluate(() => scrollTo(0, 0));
      await drawnPictures(page);
      const found = await page.evaluate(() => {
        const over = (element: Element) => element.scrollWidth > element.clientWidth + 1;
        const isShown = (element: Element) => element.getClientRects().length > 0 && !element.closest(".unseen, .bar");
        const texts = document.querySelectorAll("p, h1, h2, h3, dt, dd, .station, button, .switch a");
        const cards = [...document.querySelectorAll(".card")].map((card) => card.getBoundingClientRect());
        const first = document.querySelector(".card img")?.getBoundingClientRect();
        return {
          page: over(document.documentElement),
          cut: [...texts].filter((one) => isShown(one) && over(one)).map((one) => one.textContent),
          columns: new Set(cards.map(({ left }) => Math.round(left))).size,
          firstFrom: Math.round(first?.top ?? Number.NaN),
        };
      });
      expect(found).toMatchObject({ page: false, cut: [] });
      expect(found.columns).toBeGreaterThan(1);
      expect(found.firstFrom).toBeLessThan(size.height - 100);
      await screenshot(page, `demo-${name.replaceAll(" ", "-")}`);
    },
  );

  it("draws all of it for a reader elsewhere, who has another edge cache", async () => {
    const { page } = parts;
    await page.setViewportSize(DESK);
    await page.selectOption("#from", "NRT");
    await page.waitForURL(/from=NRT/);
    const pictures = await drawnPictures(page);
    expect(pictures.filter(({ width }) => width === 0)).toEqual([]);
    expect(pictures.some(({ kind }) => kind === "source" || kind === "edge")).toBe(false);
    expect(pictures.every(({ src }) => new URL(src).pathname.startsWith("/at/NRT/"))).toBe(true);
    expect(await textOf('.station[data-kind="region"]')).toMatch(/^Asian store/);
    expect(await textOf("#before .load-name")).toMatch(/^the load before, in Madrid: median/);
  });

  it("filters while one types, by words in any case, and says when nothing is found", async () => {
    const { page } = parts;
    await page.fill("#q", title(0).toUpperCase());
    expect(await page.locator(".card:visible").first().locator(".title").textContent()).toBe(title(0));
    expect(await page.locator("#nothing").isVisible()).toBe(false);
    await page.fill("#q", "no such photograph");
    expect(await page.locator(".card:visible").count()).toBe(0);
    expect(await textOf("#count")).toBe("0");
    expect(await textOf("#nothing")).toMatch(/^Nothing found for “no such photograph”\. Try .+, or show all\.$/);
    await screenshot(page, "demo-nothing");
    await page.click("#nothing [data-word]");
    expect(await page.locator(".card:visible").count()).toBeGreaterThan(0);
    await page.fill("#q", "zebra");
    await page.click("#nothing >> text=show all");
    expect(await page.locator(".card:visible").count()).toBe(parts.demo.catalogue.entries.length);
  });

  it("says so where a browser withholds Server-Timing", async () => {
    const { browser, demo } = parts;
    const page = await browser.newPage({ viewport: DESK });
    await page.addInitScript(() => {
      Object.defineProperty(PerformanceResourceTiming.prototype, "serverTiming", { value: [] });
    });
    await page.goto(demo.url);
    for (const { note } of await drawnPictures(page)) expect(note).toMatch(/^download took [\d.]+\sms$/);
    expect(await page.textContent("#withheld")).toContain("does not show Server-Timing");
    expect(await page.locator("#withheld").isVisible()).toBe(true);
    await page.close();
  });

  it("works without scripts: pictures, search, places; drawn pictures are not on their way", async () => {
    const { browser, demo } = parts;
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: DESK });
    const page = await context.newPage();
    await page.goto(`${demo.url}/?q=${encodeURIComponent(title(0))}&from=NRT`);
    expect(await page.locator(".card:visible .title").first().textContent()).toBe(title(0));
    expect(await page.textContent("#grid")).not.toContain("on its way");
    expect(await page.locator(".figures").isVisible()).toBe(false);
    expect(await page.locator("#race").isVisible()).toBe(false);
    expect(await page.locator("noscript").isVisible()).toBe(true);
    await context.close();
  });

  it("the operator's page has figures of these requests, in light and dark, and charts for the keyboard", async () => {
    const { browser, demo } = parts;
    const page = await browser.newPage({ viewport: DESK });
    const complaints = listen(page, demo.url);
    await page.goto(`${demo.url}/operator?hours=1`);
    await page.waitForSelector("body[data-ready]");
    expect(await page.textContent('[data-figure="hit-ratio"]')).toMatch(/^\d+\.\d %$/);
    expect(Number((await page.textContent('[data-figure="views"]'))?.replaceAll("\u202f", ""))).toBeGreaterThan(10);
    expect(await page.textContent('[data-figure="per-million"]')).toMatch(/^\$\d+\.\d\d$/);
    const dollars = await page.textContent("#table-dollars");
    for (const item of ["Requests", "CPU time (estimated)", "KV", "R2", "Durable Objects", "Queues", "Total"])
      expect(dollars).toContain(item);
    expect(await page.textContent("#table-sources")).toContain("127.0.0.1");
    for (const name of ["requests", "latency"]) {
      const plot = page.locator(`[data-chart="${name}"] .plot`);
      const readout = () => page.textContent(`[data-chart="${name}"] .readout`);
      await plot.focus();
      await page.keyboard.press("Home");
      const first = await readout();
      expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC: \S/);
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowLeft");
      expect(await readout()).toMatch(/UTC: /);
    }
    for (const [name, size, colorScheme] of [
      ["a desk", DESK, "light"],
      ["a desk in the dark", DESK, "dark"],
      ["a telephone", TELEPHONE, "light"],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      const over = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect([name, over]).toEqual([name, false]);
      await screenshot(page, `operator-${name.replaceAll(" ", "-")}`);
    }
    await page.focus("#hours");
    await page.selectOption("#hours", "24");
    await page.waitForURL(/hours=24/);
    await page.waitForSelector("body[data-ready]");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("had nothing to complain about and asked nobody else", async () => {
    const { browser, demo, complaints } = parts;
    const again = await browser.newPage({ viewport: TELEPHONE });
    const more = listen(again, demo.url);
    await again.goto(demo.url);
    await drawnPictures(again);
    expect([...complaints, ...more]).toEqual([]);
  });
});
