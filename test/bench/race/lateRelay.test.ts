import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { startLateRelay } from "../../../bench/race/network/lateRelay.ts";

test("datagrams leave so many ms after they came, unchanged", async () => {
  const receiver = createSocket("udp4").bind(0, "127.0.0.1");
  await once(receiver, "listening");
  const relay = await startLateRelay(`127.0.0.1:${receiver.address().port}`, 60);
  const sender = createSocket("udp4");
  try {
    const { hostname, port } = new URL(`udp://${relay.address}`);
    const started = performance.now();
    sender.send("hint", Number(port), hostname);
    const [message] = (await once(receiver, "message")) as [Buffer];
    expect(message.toString()).toBe("hint");
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  } finally {
    sender.close();
    receiver.close();
    relay.stop();
  }
});
