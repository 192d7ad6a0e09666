import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/**
 * Runs chooseListen("ffi") in a Node process with these options. Returns the log lines, and whether it chose dgram.
 */
function choose(...options: string[]): { readonly log: string[]; readonly dgram: boolean } {
  const program = `
    import { chooseListen } from "./warmer/receive/chooseListen.ts";
    import { listenDgram } from "./warmer/receive/listen.ts";
    const log = [];
    const take = (fields, text) => log.push(text + ": " + fields.message);
    const listen = await chooseListen("ffi", { info: take, warn: take, error: take });
    console.log(JSON.stringify({ log, dgram: listen === listenDgram }));
  `;
  const run = spawnSync(process.execPath, [...options, "--input-type=module", "-e", program], { encoding: "utf8" });
  return JSON.parse(run.stdout);
}

describe("WARM_RECEIVE=ffi", () => {
  it("falls back to dgram with one log line if Node has no FFI", () => {
    const { log, dgram } = choose("--no-experimental-ffi");
    expect(dgram).toBe(true);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("WARM_RECEIVE=ffi is not available here, receiving with dgram");
    expect(log[0]).toContain("node:ffi");
  });

  it("logs nothing if Node has FFI", () => {
    const { log, dgram } = choose();
    if (dgram) console.log(`skipped: no FFI here (${log[0]})`);
    else expect(log).toEqual([]);
  });
});
