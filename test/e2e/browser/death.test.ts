import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_MISSING } from "../../support/browser.ts";
import {
  DESK,
  type DemoPage,
  listen,
  RUN_PICTURES,
  SOON,
  START_MS,
  startDemoPage,
  TELEPHONE,
} from "../../support/demoPage.ts";
import { type Drawn, drawnPictures } from "../../support/drawnPictures.ts";
import { screenshot } from "../../support/screenshots.ts";

describe.skipIf(CHROMIUM_MISSING !== undefined)("a third party that dies", { timeout: START_MS }, () => {
  let parts: DemoPage;
  let page: Page;
  beforeAll(async () => {
    parts = await startDemoPage();
    page = parts.page;
  }, START_MS);
  afterAll(() => parts?.stop());

  const mayfly = () => {
    const source = parts.demo.sources.find(({ trait }) => trait.mortal);
    if (source === undefined) throw new Error("no source can die");
    return source;
  };
  const of = (pictures: readonly Drawn[], id: string) => pictures.filter(({ source }) => source === id);
  const isBroken = ({ width }: Drawn) => width === 0;

  it("its pictures stay, say that it is dead, and it is not asked", async () => {
    await page.goto(`${parts.demo.url}/?from=MAD`);
    await drawnPictures(page);
    const asked = mayfly().asked;
    expect(asked).toBeGreaterThan(0);
    // With the keyboard, as all controls.
    await page.focus("[data-mortal]");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".death");
    expect(mayfly().alive).toBe(false);
    const pictures = await drawnPictures(page);
    expect(pictures.filter(isBroken)).toEqual([]);
    expect(of(pictures, "mayfly")).toHaveLength(9);
    for (const { note, isDead } of of(pictures, "mayfly")) {
      expect(isDead).toBe(true);
      expect(note).toMatch(/^source is dead; served from the .+, [\d.]+\sms$/);
    }
    expect(pictures.filter(({ isDead }) => isDead)).toHaveLength(9);
    expect(await page.textContent(".death")).toMatch(
      /^Mayfly Photos is dead\. Its 9 pictures, outlined below, are still here/,
    );
    expect(await page.textContent("#source-mayfly [data-state]")).toBe("dead");
    expect(mayfly().asked).toBe(asked);
    await page.locator("[data-dead]").first().scrollIntoViewIfNeeded();
    await screenshot(page, "demo-dead");
  });

  it("elsewhere in Europe they come from the European store", async () => {
    await page.selectOption("#from", "FRA");
    await page.waitForURL(/from=FRA/);
    for (const { note } of of(await drawnPictures(page), "mayfly")) {
      expect(note).toMatch(/^source is dead; served from the (European store|KV), /);
    }
  });

  it("the switch shows the same page with direct <img>: they are broken, and so are those without HTTPS", async () => {
    await page.click(".death >> text=Without it they would be broken.");
    await page.waitForURL(/direct=1/);
    const pictures = await drawnPictures(page);
    expect(of(pictures, "mayfly").every(isBroken)).toBe(true);
    expect(of(pictures, "mayfly").map(({ note }) => note)).toEqual(Array(9).fill("broken: the source is dead"));
    expect(of(pictures, "meadow").every(isBroken)).toBe(true);
    expect(of(pictures, "meadow")[0]?.note).toBe("refused: this page has HTTPS, the source has not");
    for (const id of ["lantern", "folio"]) {
      expect(of(pictures, id).filter(isBroken)).toEqual([]);
      for (const { note } of of(pictures, id)) expect(note).toMatch(/^[\d.]+\sMB, \d+(\.\d)?\sms$/);
    }
    expect(await page.textContent("#now .bar")).toMatch(/18 broken$/);
    expect(await page.textContent("#before .load-name")).toMatch(/^the load before, in Frankfurt/);
    expect(await page.textContent("#summary")).toMatch(/^18 of 36 pictures are broken: /);
    await page.evaluate(() => scrollTo(0, 0));
    await screenshot(page, "demo-direct");
  });

  it("counts requests of that page apart, and the other half of the switch leads back", async () => {
    const asked = parts.demo.sources.map((source) => source.asked);
    await page.click(".switch >> text=Through Firstlight");
    await page.waitForURL((url) => !url.search.includes("direct"));
    expect((await drawnPictures(page)).filter(isBroken)).toEqual([]);
    expect(parts.demo.sources.map((source) => source.asked)).toEqual(asked);
  });

  it("comes back when its button is pressed again", async () => {
    await page.click("[data-mortal]");
    await page.waitForFunction(() => document.querySelector(".death") === null);
    expect(mayfly().alive).toBe(true);
    expect(await page.inputValue("#from")).toBe("FRA");
    expect((await drawnPictures(page)).filter(({ isDead }) => isDead)).toEqual([]);
  });

  it("a page of another site cannot kill it", async () => {
    const answer = await fetch(`${parts.demo.url}/sources/mayfly/die`, {
      method: "POST",
      headers: { origin: "http://elsewhere.test" },
      redirect: "manual",
    });
    expect([answer.status, mayfly().alive]).toEqual([403, true]);
  });

  it("the Worker of a catalogue's run: killed in the middle and started again, nothing is lost, and its pictures are hits", async () => {
    const { browser, demo } = parts;
    const phone = await browser.newPage({ viewport: TELEPHONE, colorScheme: "dark" });
    const complaints = listen(phone, demo.url);
    await phone.goto(`${demo.url}/catalogue`);
    const phase = () => phone.getAttribute("body", "data-phase");
    const done = async () => Number(await phone.getAttribute(".run-bar progress", "value"));
    // Only with the keyboard: brand, button.
    await phone.keyboard.press("Tab");
    await phone.keyboard.press("Tab");
    expect(await phone.evaluate(() => document.activeElement?.textContent)).toBe("Start the run");
    await phone.keyboard.press("Enter");
    await expect.poll(done, { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
    await screenshot(phone, "demo-catalogue-telephone");
    expect(await phone.textContent("button")).toBe("Kill the Worker");
    await phone.keyboard.press("Enter");
    await expect.poll(phase, SOON).toBe("dead");
    const fromElsewhere = { method: "POST", headers: { origin: "http://elsewhere.test" } };
    expect((await fetch(`${demo.url}/catalogue/revive`, fromElsewhere)).status).toBe(403);
    const before = await done();
    expect(before).toBeLessThan(RUN_PICTURES);
    expect(demo.run.world()?.edge.edge).toBe(null);
    expect(await phone.textContent("#says")).toContain("The Worker was killed (SIGKILL) in the middle of its work.");
    expect(await phone.evaluate(() => document.activeElement?.textContent)).toBe("Start the Worker again");
    await phone.keyboard.press("Enter");
    await expect.poll(phase, { timeout: 180_000 }).toBe("done");
    expect(await phone.textContent(".run-bar p")).toBe(`60 of 60 pictures, killed once`);
    await expect.poll(() => phone.textContent("#hits"), SOON).toBe("12 of 12 are hits");
    expect(await phone.evaluate(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0))).toBe(true);
    expect(await overflowing(phone)).toEqual([]);
    // Each picture is in the log once, and was fetched again only if it was under way.
    const { status, asked } = await demo.run.state();
    const counts = Object.values(status?.counts ?? {});
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(RUN_PICTURES);
    expect(status?.counts).toMatchObject({ "not-found": 1, html: 1 });
    const fetches = Object.values(asked).reduce((sum, count) => sum + count, 0);
    expect(fetches).toBeGreaterThanOrEqual(RUN_PICTURES);
    expect(fetches).toBeLessThanOrEqual(2 * RUN_PICTURES - before);
    expect(complaints).toEqual([]);
    await phone.setViewportSize(DESK);
    await phone.emulateMedia({ colorScheme: "light" });
    expect(await overflowing(phone)).toEqual([]);
    await phone.evaluate(() => scrollTo(0, 0));
    await screenshot(phone, "demo-catalogue");
    await phone.close();
  });

  /** Elements whose content runs over them, and the page if it does. */
  function overflowing(of: Page): Promise<readonly string[]> {
    return of.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("p, h1, h2, h3, li, button, section")]
        .filter((one) => one.getClientRects().length > 0 && !one.matches(".unseen"))
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80)),
    );
  }
});
