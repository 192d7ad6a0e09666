/** What wrangler sees of a deployment's buckets. What is seen from outside: test/e2e/doctor.test.ts. */
import { describe, expect, test } from "vitest";
import type { RawConfig } from "../../../../src/cli/deploy/configuration.ts";
import { NEW_DEPLOYMENT } from "../../../../src/cli/deploy/deployment.ts";
import { findingLine } from "../../../../src/cli/doctor/finding.ts";
import { places } from "../../../../src/cli/doctor/places.ts";
import { quickWrangler } from "../../../support/platform/wrangler.ts";
import { startPlatform } from "../../../support/platform.ts";

const RAW: RawConfig = {
  ...{ name: "firstlight", main: "src/worker.ts" },
  r2_buckets: ["ENAM", "WEUR", "APAC", "OC"].map((name) => ({
    binding: `R2_${name}`,
    bucket_name: `b-${name.toLowerCase()}`,
  })),
};
const DEPLOYMENT = { ...NEW_DEPLOYMENT, domain: "img.example.org" };

describe("the doctor's look at the buckets and queues", () => {
  test("right, in another place, without the rule, not there", async () => {
    await using platform = await startPlatform();
    const wrangler = quickWrangler(platform, ".");
    for (const [name, place] of [
      ["b-enam", "enam"],
      ["b-weur", "apac"],
      ["b-apac", "apac"],
    ] as const) {
      await wrangler.write(["r2", "bucket", "create", name, "--location", place]);
      if (name !== "b-apac") await wrangler.write(["r2", "bucket", "lifecycle", "add", name, "originals", "2/o/"]);
    }
    const lines = (await places(RAW, DEPLOYMENT, wrangler)).map(findingLine);
    expect(lines).toEqual([
      "ok  bucket b-enam: in enam, with its lifecycle rule",
      expect.stringContaining("FIX bucket b-weur: it is in apac, its region is weur"),
      expect.stringContaining("FIX bucket b-apac: it has no lifecycle rule"),
      expect.stringContaining("FIX bucket b-oc: there is none: npm run deploy"),
    ]);
    const withQueues: RawConfig = {
      queues: { producers: ["there", "gone"].map((queue) => ({ queue })) },
      name: "x",
      main: "x.ts",
    };
    await wrangler.write(["queues", "create", "there"]);
    const queues = async () => (await places(withQueues, DEPLOYMENT, wrangler)).map(findingLine).slice(-2);
    expect(await queues()).toEqual([
      expect.stringContaining("FIX queue there: nobody reads it"),
      expect.stringContaining("FIX queue gone: there is none: npm run deploy"),
    ]);
    for (const queue of platform.account.queues.values()) queue.consumer = "firstlight";
    expect((await queues())[0]).toBe("ok  queue there: it is there, and the Worker reads it");
    const [, accepted] = await places(RAW, { ...DEPLOYMENT, acceptedPlaces: ["b-weur"] }, wrangler);
    expect(accepted?.state).toBe("ok");
  });
  test("without a login it says what to do, and that is no fault of the deployment", async () => {
    const refused = { ok: false, out: "", text: "✘ [ERROR] You are not logged in." };
    const nobody = { read: async () => refused, write: async () => refused };
    expect((await places(RAW, DEPLOYMENT, nobody)).map(findingLine)).toEqual([
      "?   buckets: log in (npx wrangler login) to check their places: You are not logged in.",
    ]);
  });
});
