import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { requireFreePort } from "../../../../src/cli/edge/port.ts";

it("takes a free port, and 0", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  await requireFreePort(port);
  await requireFreePort(0);
});

it("names a free port instead of a taken one", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void holder.close());
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  const error = await requireFreePort(port).catch((error: Error) => error.message);
  const [, other] =
    new RegExp(`^Port ${port} is taken; (?:(\\d+) is free: --port \\1|--port 0 takes any free one)$`).exec(
      error ?? "",
    ) ?? [];
  if (other !== undefined) await requireFreePort(Number(other));
  expect(error).toMatch(`Port ${port} is taken; `);
});
