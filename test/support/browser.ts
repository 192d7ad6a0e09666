/** A real Chromium for tests: the one in the npm package, or the one that `CHROMIUM_PATH` names. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

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
