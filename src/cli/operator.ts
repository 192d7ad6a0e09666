/**
 * `npm run operator -- --endpoint URL --account ID`: the operator's page of a deployment, on 127.0.0.1 only. Ctrl-C ends
 * it. Exit code 1: it did not start, or with `--json` there is no report; 2: wrong arguments.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { requireFreePort } from "./edge/port.ts";
import { OPERATOR_USAGE, parseOperatorArguments } from "./operator/arguments.ts";
import { deploymentReport, endpointProblem } from "./operator/deployment.ts";
import { operatorAssets } from "./operator/page/assets.ts";
import { createOperatorPages, isLoopback } from "./operator/pages.ts";
import { answerHelp, refuse } from "./usage.ts";

/** Analytics Engine has a point after some seconds, and each report is a dozen queries. */
const EVERY_SECONDS = 60;

const argv = process.argv.slice(2);
answerHelp(OPERATOR_USAGE, argv);
const { value: given, problems } = parseOperatorArguments(argv, process.env);
if (problems.length > 0) refuse(OPERATOR_USAGE, ...problems);
// The figures of a deployment that is down are of use too, so this does not end the program.
const problem = await endpointProblem(given.endpoint);
if (problem !== null) console.error(problem);
try {
  if (given.json) console.log(JSON.stringify(await deploymentReport(given, given.hours, Date.now())));
  else console.log(`ready ${await serve(given.port)}/operator`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Gives the address. */
async function serve(port: number): Promise<string> {
  await requireFreePort(port);
  const assets = await operatorAssets();
  const report = (hours: number) => deploymentReport(given, hours, Date.now());
  const pages = createOperatorPages({ report, everySeconds: EVERY_SECONDS });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://page");
    if (!isLoopback(request)) return response.writeHead(403).end();
    if (await pages.handle(url, request, response)) return;
    const asset = assets.get(url.pathname.replace("/page/", ""));
    if (asset !== undefined) response.writeHead(200, { "content-type": asset.type }).end(asset.contents);
    else if (url.pathname === "/") response.writeHead(302, { location: "/operator" }).end();
    else response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => (response.headersSent ? response.destroy() : response.writeHead(500).end()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
