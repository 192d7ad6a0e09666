/**
 * `npm run demo:catalogue`: imports a catalogue of generated pictures, runs it to the end, and shows it on a page meanwhile.
 * Ctrl-C ends all of it. Exit code 1: it did not start, or the run failed; 2: an argument is wrong.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { screenOf } from "../../src/cli/catalogue/screen.ts";
import { readCommandLine } from "../../src/cli/commandLine.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { answerHelp, refuse } from "../../src/cli/usage.ts";
import { loadCatalogue } from "../catalogue.ts";
import { loadAssets } from "../page/assets.ts";
import { PAGE_HEADERS } from "../server.ts";
import { RUN_PICTURES } from "./manifest.ts";
import { createRunServer } from "./server.ts";

const USAGE = `Usage: npm run demo:catalogue [-- --pictures ${RUN_PICTURES}] [--port 0] [--leave]
Makes the thumbnails of a catalogue of so many pictures, on four third parties of this machine. The page that it names
shows the run and has a button that kills the Worker. --leave ends it when the run is done.`;
const MOST = 100_000;
const SHOW_MS = 1_000;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, switches, problems } = readCommandLine(argv, { values: ["pictures", "port"], switches: ["leave"] });
const [count, port] = [Number(values.pictures ?? RUN_PICTURES), Number(values.port ?? 0)];
if (!Number.isInteger(count) || count < 1 || count > MOST)
  refuse(USAGE, `--pictures cannot be ${values.pictures}: 1 to ${MOST}`);
if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse(USAGE, `--port cannot be ${values.port}: 0 to 65535`);
if (problems.length > 0) refuse(USAGE, ...problems);

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
    setTimeout(() => process.exit(code), 3_000).unref();
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
  if (phase === "done") break;
  await new Promise((wake) => setTimeout(wake, SHOW_MS));
}
screen.end();
console.error(switches.has("leave") ? "Done." : "Done. The page shows its pictures. Ctrl-C ends it.");
if (switches.has("leave")) await leave(0);
