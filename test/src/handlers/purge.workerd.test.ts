import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { purge } from "../../../src/handlers/purge.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../../src/request/signing/signedBody.ts";
import { STEP_OPERATIONS } from "../../../src/store/purge.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { NOW } from "../../support/stored.ts";
import { CONFIG, freshSource, worldOf } from "../../support/world.workerd.ts";

const SECRET = "secret of the operator";

test("a source over both schemes: no step does more than an invocation may, and nothing is left", async () => {
  const COUNT = 350;
  const source = freshSource();
  for (const url of [source, source.replace("https:", "http:")]) {
    const { renditions } = await sourceKeys(url);
    const keys = Array.from({ length: COUNT }, (_, i) => `${renditions}${String(i).padStart(32, "0")}`);
    await Promise.all(keys.map((key) => env.THUMBS.put(key, "x")));
  }
  const { app, caller, job } = worldOf({ config: { ...CONFIG, purgeSecret: SECRET } });
  const deleted: number[] = [];
  let cursor: string | null = null;
  do {
    const body = new Uint8Array(new TextEncoder().encode(JSON.stringify({ source, cursor })));
    const time = String(NOW / 1000);
    const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/purge", time, body) };
    const http = new Request("https://img.test/purge", { method: "POST", headers, body });
    const step = JSON.parse(String((await purge(http, app, caller, job)).body));
    deleted.push(step.deleted);
    cursor = step.cursor;
  } while (cursor !== null);
  // Each entry of KV is an operation.
  expect(Math.max(...deleted)).toBeLessThan(STEP_OPERATIONS);
  expect(deleted.reduce((sum, one) => sum + one)).toBe(2 * COUNT);
});
