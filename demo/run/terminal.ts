/** The run on a terminal: its page, and its state a line a second, until it is done. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { screenOf, summaryOf } from "../../src/cli/catalogue/screen.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { loadCatalogue } from "../catalogue.ts";
import { loadAssets } from "../page/assets.ts";
import { PAGE_HEADERS } from "../server.ts";
import { createRunServer } from "./server.ts";

const SHOW_MS = 1_000;
const LEAVE_WITHIN_MS = 3_000;

/**
 * `port`: of the page on 127.0.0.1, 0 = any free one. `leaves`: the process ends when the run is done, else with Ctrl-C. Throws
 * when the port is taken or the photographs cannot be read.
 */
export async function runInTerminal(count: number, port: number, leaves: boolean): Promise<void> {
  let told = false;
  const painting = () => {
    if (!told) console.error("painting photographs (once; kept in .firstlight/) ...");
    told = true;
  };
  const [catalogue, assets] = await Promise.all([loadCatalogue(process.env.PHOTOS, TOP, painting), loadAssets()]);
  const run = createRunServer(catalogue, count, PAGE_HEADERS);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://page");
    const asset = assets.get(url.pathname.replace(/^\/page\//, ""));
    run.handle(url, request, response).then(
      (isOurs) => {
        if (isOurs) return;
        if (asset !== undefined) response.writeHead(200, { "content-type": asset.type }).end(asset.contents);
        else response.writeHead(302, { location: "/catalogue" }).end();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  let leaving = false;
  async function leave(code: number): Promise<never> {
    if (!leaving) {
      leaving = true;
      setTimeout(() => process.exit(code), LEAVE_WITHIN_MS).unref();
      await run.stop().catch(() => undefined);
    }
    process.exit(code);
  }
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void leave(0));

  console.error(`The run's page: http://127.0.0.1:${(server.address() as AddressInfo).port}/catalogue`);
  await run.start();
  const screen = screenOf(process.stdout);
  for (;;) {
    const { phase, status, message } = await run.state();
    if (phase === "failed") {
      console.error(message);
      await leave(1);
    }
    if (status !== null && phase !== "dead") screen.show(status, Date.now());
    if (phase === "done") {
      // JSON lines alone would leave a reader of the log to work out the end.
      if (status !== null && !process.stdout.isTTY) console.error(summaryOf(status));
      break;
    }
    await new Promise((wake) => setTimeout(wake, SHOW_MS));
  }
  screen.end();
  console.error(leaves ? "Done." : "Done. The page shows its pictures. Ctrl-C ends it.");
  if (leaves) await leave(0);
}
