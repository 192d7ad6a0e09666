import { createSocket } from "node:dgram";
import { afterAll, describe, expect, it } from "vitest";
import { fromMetrics } from "../../../bench/warmer/contender.ts";
import { runLoad } from "../../../bench/warmer/load.ts";
import { Sink } from "../../../bench/warmer/sink.ts";
import { prepareTools, type Tools } from "../../../bench/warmer/tools.ts";

const native = prepareTools();
const fallback: Tools = {
  ...native,
  load: [process.execPath, "bench/warmer/fallback/load.ts"],
  sink: [process.execPath, "bench/warmer/fallback/sink.ts"],
};
afterAll(() => native.remove());
for (const note of native.notes) console.log(note);

for (const [kind, tools] of [
  ["native", native],
  ["fallback", fallback],
] as const) {
  describe(`${kind} generator and sink`, () => {
    it("sends what it reports: hints, distinct pictures, bytes per datagram", async () => {
      const socket = createSocket("udp4");
      const got: string[] = [];
      socket.on("message", (bytes) => got.push(bytes.toString()));
      await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
      const { port } = socket.address();
      const load = await runLoad(tools, { port, rate: 2_000, seconds: 0.5, perDatagram: 8 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      socket.close();
      const hints = got.flatMap((text) => text.trim().split("\n"));
      expect(hints.length).toBe(load.sent);
      expect(got.every((text) => text.length === 8 * 110)).toBe(true);
      const names = hints.map((line) => (JSON.parse(line) as { jpg: string }).jpg);
      expect(new Set(names).size).toBe(load.distinct);
      expect(load.distinct / load.sent).toBeGreaterThan(0.3);
      expect(load.distinct / load.sent).toBeLessThan(0.5);
    });

    it("counts the pictures of GET and POST requests once each, with their age", async () => {
      const sink = await Sink.start(tools, 0);
      // The stamps are in the future, so the age is 0 however long this takes.
      const nowUs = Date.now() * 1000;
      const name = (id: number, ageMs: number): string => {
        const stamp = String((nowUs - ageMs * 1000) % 1e10).padStart(10, "0");
        return `/7372/${String(id).padStart(10, "0")}_${stamp}_z.jpg`;
      };
      const base = `http://127.0.0.1:${sink.port}`;
      expect((await fetch(base + name(1, -5_000))).status).toBe(204);
      const body = JSON.stringify({ paths: [name(1, -5_000), name(2, -5_000), name(3, 900)] });
      const answer = await fetch(`${base}/warm`, { method: "POST", body });
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({ accepted: 3, refused: [] });
      const stats = await sink.reset();
      expect(stats).toMatchObject({ requests: 2, paths: 4, distinct: 3, over: 1 });
      expect(stats.max).toBeGreaterThanOrEqual(900_000);
      expect(await sink.stats()).toMatchObject({ requests: 0, paths: 0, distinct: 0, over: 0 });
      await sink.stop();
    });
  });
}

describe("counters from the Prometheus text", () => {
  it("adds up series with labels, and ignores a name that only has the same beginning", () => {
    const text = [
      "# HELP firstlight_warmer_received_total x",
      "firstlight_warmer_received_total 10",
      'firstlight_warmer_duplicate_total{region="a"} 3',
      'firstlight_warmer_duplicate_total{region="b"} 4',
      "firstlight_warmer_duplicate_total_other 100",
      "firstlight_warmer_old_at_receipt_total 1",
      "firstlight_warmer_old_at_push_total 2",
    ].join("\n");
    expect(fromMetrics(text)).toEqual({ received: 10, duplicate: 7, old: 3, pushed: 0 });
  });
});
