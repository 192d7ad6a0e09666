/** A real Chromium for tests: the one in the npm package, or the one that `CHROMIUM_PATH` names. */
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";

/** No sandbox (tests run as root in containers), no GPU, and nothing that talks to the internet by itself. */
export const BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Why this machine cannot run a Chromium; undefined if it can. The package's binary is for Linux on x64 and arm64. On a
 * machine that can run it, a browser that does not start is a failure, not a reason to skip.
 */
export const CHROMIUM_MISSING: string | undefined =
  process.platform === "linux" || process.env.CHROMIUM_PATH !== undefined
    ? undefined
    : `no Chromium for ${process.platform} in @sparticuz/chromium; set CHROMIUM_PATH`;

/** Starts the browser. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? (await chromium.executablePath());
  return playwright.launch({ executablePath, headless: true, args: BROWSER_ARGUMENTS });
}

/** What a page's canvas has after it drew the file: RGBA. `type`: of the file, such as `image/png`. */
export async function drawn(
  page: Page,
  file: Uint8Array,
  type: string,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const url = `data:${type};base64,${Buffer.from(file).toString("base64")}`;
  const answer = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data: [...data] };
  }, url);
  return { ...answer, data: Uint8Array.from(answer.data) };
}
