/** How a refused order is told. Tries and pauses: purge.test.ts. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { callSigned } from "../../../src/cli/signedCall.ts";

const SENTENCE = 'Cannot read the body: there is no run "nosuch": import it first';
const OURS = JSON.stringify({ code: "body_invalid", message: SENTENCE, trace: "t" });

test.each([
  ["the Worker's sentence once, then its code and trace", OURS, `${SENTENCE}\n400 body_invalid, trace t`],
  ["a Worker without a trace", OURS.replace(',"trace":"t"', ""), `${SENTENCE}\n400 body_invalid`],
  ["another's answer as it is", '{"message":"no"}', '400 {"message":"no"}'],
  ["no JSON", "nginx", "400 nginx"],
])("%s", async (_, body, message) => {
  const server = createServer((_request, response) => void response.writeHead(400).end(`${body}\n`)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = { endpoint, secret: "s", signal: new AbortController().signal };
  const sent = callSigned({ run: "nosuch" }, { path: "/catalogue", variable: "CATALOGUE_SECRET" }, call, () => 1);
  await expect(sent).rejects.toThrow(message);
  await expect(sent.catch((error: Error) => error.message)).resolves.toBe(message);
});
