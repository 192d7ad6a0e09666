/**
 * The reader's browser: a real Chromium. Each page view has a browser context of its own, which has its own storage, HTTP
 * cache, connections and TLS sessions (Chromium gives each context a network context), as a fresh profile has.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import { BROWSER_ARGUMENTS } from "../../../test/support/browser.ts";
import { collect, type Measured } from "./collect.ts";
import { VIEWPORT } from "./document.ts";

/** How long the page may take to load, and how long its pictures may take to be drawn after that. In ms. */
const LOAD_WITHIN_MS = 60_000;
const DRAWN_WITHIN_MS = 1_000;

/**
 * Starts Chromium. It trusts the certificates of the servers on `ports`. Without trust it would take their answers too,
 * but keep none of them, and ask twice for a picture that an early hint has named.
 */
export async function launchRaceBrowser(ports: readonly number[]): Promise<Browser> {
  const hashes = await Promise.all(ports.map(publicKeyHash));
  const executablePath = process.env.CHROMIUM_PATH ?? (await chromium.executablePath());
  const args = [...BROWSER_ARGUMENTS, `--ignore-certificate-errors-spki-list=${hashes.join(",")}`];
  return playwright.launch({ executablePath, headless: true, args });
}

/** One page view: a fresh context opens `url`, and its `count` pictures are measured. Throws if the page does not load. */
export async function viewPage(browser: Browser, url: string, count: number): Promise<Measured> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    const tab = await context.newPage();
    await tab.goto(url, { waitUntil: "load", timeout: LOAD_WITHIN_MS });
    return await tab.evaluate(collect, { count, waitMs: DRAWN_WITHIN_MS });
  } finally {
    await context.close();
  }
}

/** SHA-256 of the public key in the certificate of the server on a port of loopback, in base64. */
async function publicKeyHash(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  try {
    await once(socket, "secureConnect");
    const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
    if (key === undefined) throw new Error(`the server on port ${port} has no certificate`);
    return createHash("sha256").update(key).digest("base64");
  } finally {
    socket.destroy();
  }
}
