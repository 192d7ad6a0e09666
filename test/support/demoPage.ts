/** The demo, and a page of it in a real Chromium. */
import type { Browser, Page } from "playwright-core";
import { type Demo, startDemo } from "../../demo/start.ts";
import { launchBrowser } from "./browser.ts";

export type DemoPage = {
  readonly demo: Demo;
  readonly browser: Browser;
  readonly page: Page;
  /** Errors of the page, answers of 400 and more, and requests to other servers. */
  readonly complaints: string[];
  stop(): Promise<void>;
};

export const DESK = { width: 1280, height: 900 };
export const TELEPHONE = { width: 375, height: 667 };
export const START_MS = 300_000;
/** For what happens at once on a machine that is free. */
export const SOON = { timeout: 30_000 };
const DRAW_MS = 150_000;

/** So few that a test of its run takes seconds. */
export const RUN_PICTURES = 60;

/** Starts it. The page has the size of a desk's screen. */
export async function startDemoPage(): Promise<DemoPage> {
  const [demo, browser] = await Promise.all([startDemo({ runPictures: RUN_PICTURES }), launchBrowser()]);
  const page = await browser.newPage({ viewport: DESK });
  const complaints = listen(page, demo.url);
  return {
    ...{ demo, browser, page, complaints },
    async stop() {
      await browser.close();
      await demo.stop();
    },
  };
}

/** Collects what a page complains about, in a list that grows. */
export function listen(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.setDefaultTimeout(DRAW_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  page.on("response", async (answer) => {
    if (answer.status() >= 400)
      complaints.push(`${answer.status()} ${answer.url()} ${await answer.text().catch(() => "")}`);
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith("data:")) complaints.push(`left for ${asked}`);
  });
  return complaints;
}
