import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Source, startSource } from "../../../demo/sources/server.ts";
import { SOURCES } from "../../../demo/sources/table.ts";

describe("startSource", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-source-"));
  writeFileSync(join(folder, "a b.jpg"), "picture");
  writeFileSync(join(folder, "notes.txt"), "private");
  const source: Source = await startSource(SOURCES[0], folder, { cert: "", key: "" });
  afterAll(async () => {
    await source.die();
    rmSync(folder, { recursive: true });
  });

  it("sends its photographs and counts requests", async () => {
    const answer = await fetch(`${source.origin}/a%20b.jpg`);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "image/jpeg",
      "picture",
    ]);
    expect(source.asked).toBe(1);
  });
  it.each(["/notes.txt", "/none.jpg", "/..%2f..%2fetc%2fpasswd", "/%zz"])("has nothing else: %s", async (path) => {
    const status = await fetch(source.origin + path).then(
      (answer) => answer.status,
      () => 404,
    );
    expect(status).toBe(404);
  });
  it("refuses connections after die, and answers on the same port after revive", async () => {
    const { origin } = source;
    await source.die();
    expect(source.alive).toBe(false);
    await expect(fetch(`${origin}/a%20b.jpg`)).rejects.toThrow();
    await source.revive();
    expect(source.origin).toBe(origin);
    expect((await fetch(`${origin}/a%20b.jpg`)).status).toBe(200);
  });
});
