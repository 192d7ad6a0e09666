/** `catalogue -- rebuild`: signed steps, one after another, until one says `done`. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { REBUILD } from "../../../../src/cli/catalogue/orders.ts";
import { checkSignedBody } from "../../../../src/request/signing/signedBody.ts";

const SECRET = "secret of the operator";

/** A Worker that answers with these statuses and bodies in turn, and keeps the orders. */
async function workerOf(answers: readonly (readonly [status: number, body: unknown])[]) {
  const orders: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new Uint8Array(Buffer.concat(chunks));
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    await checkSignedBody(headers, "/catalogue", body, SECRET, Date.now());
    const [status, answer] = answers[orders.length] ?? [500, {}];
    orders.push(JSON.parse(new TextDecoder().decode(body)));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { orders, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function rebuild(endpoint: string) {
  let [printed, said] = ["", ""];
  vi.spyOn(console, "log").mockImplementation((text: unknown) => void (printed += text));
  vi.spyOn(console, "error").mockImplementation((text: unknown) => void (said += text));
  const code = await REBUILD.run(["first"], { CATALOGUE_ENDPOINT: endpoint, CATALOGUE_SECRET: SECRET });
  return { code, printed, said };
}

test("each step goes on where the last one stopped; one that failed is sent again; lines that cannot be read are told", async () => {
  const { orders, endpoint } = await workerOf([
    [200, { projected: 10_000, unreadable: 0, cursor: "aaaa/000000-00100.jsonl", done: false }],
    [503, { code: "internal" }],
    [200, { projected: 20, unreadable: 3, cursor: null, done: true }],
  ]);
  const { code, printed } = await rebuild(endpoint);
  expect([code, printed]).toEqual([1, '{"run":"first","projected":10020,"unreadable":3}']);
  const step = { action: "rebuild", run: "first" };
  const second = { ...step, cursor: "aaaa/000000-00100.jsonl" };
  expect(orders).toEqual([{ ...step, cursor: null }, second, second]);
});

test("a refusal is said, and not tried again", async () => {
  const { orders, endpoint } = await workerOf([[400, { code: "body_invalid", why: "no database is bound" }]]);
  const { code, said } = await rebuild(endpoint);
  expect([code, orders.length]).toEqual([1, 1]);
  expect(said).toContain("no database is bound");
});
