import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { paint } from "../../demo/generator/generate.ts";
import { RUN_PICTURES } from "../../demo/run/manifest.ts";
import type { RunState } from "../../demo/run/state.ts";
import { membersOf, startNpm, until } from "../support/processGroup.ts";

const START_MS = 120_000;
const GONE_WITHIN_MS = 3_000;

describe("npm start", { timeout: 2 * START_MS }, () => {
  const photos = mkdtempSync(join(tmpdir(), "firstlight-photos-"));
  beforeAll(async () => {
    writeFileSync(join(photos, "dawn.jpg"), await paint("ridges", 1, 600, 400));
    writeFileSync(join(photos, "broken.png"), "no picture");
  });
  afterAll(() => rmSync(photos, { recursive: true }));

  it("prints the address of a page with the photographs of PHOTOS; Ctrl-C ends every process", async () => {
    const running = startNpm(["start", "--silent"], { PHOTOS: photos, PORT: "0" });
    const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(running.output())?.[0], START_MS);
    const phases = running.errors().split("\n");
    expect(phases).toEqual([
      "starting the Worker ...",
      "starting the warmer and the third parties ...",
      expect.stringMatching(/^broken\.png is left out: \S/),
      "",
    ]);
    const page = await (await fetch(url)).text();
    expect(page).toContain('<p class="title">dawn</p>');
    const [, picture = ""] = /<img src="([^"]+)"/.exec(page) ?? [];
    const answer = await fetch(url + picture, { headers: { accept: "image/webp" } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/webp"]);
    // Ctrl-C in a terminal sends SIGINT to the whole process group, the Worker and the warmer included.
    expect(membersOf(running.group).map(({ name }) => name)).toContain("workerd");
    process.kill(-running.group, "SIGINT");
    await until(() => membersOf(running.group).length === 0, GONE_WITHIN_MS);
  });

  it("a port that is taken: it says so and names another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const taken = startNpm(["start", "--silent"], { PHOTOS: photos, PORT: String(port) });
    expect(await once(taken.child, "close")).toEqual([2, null]);
    expect(taken.errors()).toContain(`PORT=${port} is taken: give another, such as PORT=`);
    server.close();
  });

  it("says what is wrong with PHOTOS and PORT", async () => {
    const empty = startNpm(["start", "--silent"], { PHOTOS: join(photos, "none"), PORT: "0" });
    expect(await once(empty.child, "close")).toEqual([2, null]);
    expect(empty.errors()).toContain("there is no such folder");
    const badPort = startNpm(["start", "--silent"], { PHOTOS: photos, PORT: "http" });
    expect(await once(badPort.child, "close")).toEqual([2, null]);
    expect(badPort.errors()).toContain("PORT cannot be http: a whole number from 0 to 65535");
    const highPort = startNpm(["start", "--silent"], { PHOTOS: photos, PORT: "65536" });
    expect(await once(highPort.child, "close")).toEqual([2, null]);
  });
});

if (process.env.FIRSTLIGHT_LONG === "1") {
  test("npm run demo:catalogue: 5 000 pictures to the end, the Worker killed twice on the way", {
    timeout: 30 * 60_000,
  }, async () => {
    const running = startNpm(["run", "--silent", "demo:catalogue", "--", "--leave"]);
    const closed = once(running.child, "close");
    const page = await until(() => /http:\S+\/catalogue/.exec(running.errors())?.[0], START_MS);
    const stateOf = async () => (await (await fetch(`${page}/state.json`)).json()) as RunState;
    const press = (action: "kill" | "revive") => fetch(`${page}/${action}`, { method: "POST", redirect: "manual" });
    for (const share of [0.2, 0.6]) {
      while (((await stateOf()).status?.done ?? 0) < share * RUN_PICTURES)
        await new Promise((wake) => setTimeout(wake, 500));
      await press("kill");
      while ((await stateOf()).phase !== "dead") await new Promise((wake) => setTimeout(wake, 100));
      await press("revive");
    }
    expect(await closed).toEqual([0, null]);
    const last = JSON.parse(running.output().trim().split("\n").at(-1) ?? "{}");
    expect(last).toMatchObject({ state: "done", done: RUN_PICTURES, hostsDone: 4 });
    expect(last.counts).toEqual({ stored: 4_905, "not-found": 50, html: 25, "one-pixel": 20 });
  });
}
