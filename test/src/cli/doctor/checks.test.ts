/** What a Worker on loopback cannot show. The rest, against running Workers: test/e2e/doctor.test.ts. */
import { describe, expect, test } from "vitest";
import { selfTest } from "../../../../src/cli/deploy/selfTest.ts";
import { bindings } from "../../../../src/cli/doctor/bindings.ts";
import { CHECKS, type Patient, redirect } from "../../../../src/cli/doctor/checks.ts";
import { findingLine } from "../../../../src/cli/doctor/finding.ts";
import { readSecrets } from "../../../../src/cli/doctor/secrets.ts";

const asked: string[] = [];
const patientAt = (url: string, status: number, location: string): Patient => ({
  ...{ url, now: () => 0, ...readSecrets({}) },
  fetch: async (address) => {
    asked.push(address);
    return new Response(null, { status, headers: location === "" ? {} : { location } });
  },
});

describe("HTTP is redirected to HTTPS", () => {
  test.each([
    [308, "https://img.example.org/healthz", "ok  https: http:// is redirected (308)"],
    [301, "https://img.example.org/healthz", "ok  https: http:// is redirected (301)"],
    [302, "http://elsewhere.example/", "FIX https: http:// answers 302, no redirect"],
    [200, "", "FIX https: http:// answers 200, no redirect"],
    [309, "https://img.example.org/healthz", "FIX https: http:// answers 309, no redirect"],
  ])("%i to %s", async (status, location, line) => {
    asked.length = 0;
    const [finding] = await redirect(patientAt("https://img.example.org", status, location));
    expect(finding && findingLine(finding)).toContain(line);
    expect(asked).toEqual(["http://img.example.org/healthz"]);
  });
  test.each([
    ["http://img.example.org", "FIX https: give the https:// address"],
    ["http://127.0.0.1:8787", "?   https: not asked for on loopback"],
    ["http://localhost:8787", "?   https: not asked for on loopback"],
  ])("%s", async (url, line) => {
    const [finding] = await redirect(patientAt(url, 200, ""));
    expect(finding && findingLine(finding)).toContain(line);
  });
});

describe("the bindings that the Worker tells", () => {
  const ALL = { coordinator: true, governor: true, masters: true, weather: "bound", heavy: "answers" };
  const linesOf = async (told: object) => {
    const patient: Patient = {
      ...{ url: "https://img.example.org", now: () => 0, ...readSecrets({}) },
      fetch: async (address) => {
        expect(address).toBe("https://img.example.org/healthz?bindings");
        return Response.json({ status: "ok", region: "enam", ...told });
      },
    };
    return (await bindings(patient)).map(findingLine);
  };
  test("all of them", async () => {
    const lines = await linesOf({ bindings: ALL });
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "ok  coordinator",
      "ok  governor",
      "ok  queue",
      "ok  weather",
      "ok  heavy",
    ]);
  });
  test.each([
    [{ coordinator: false }, "FIX coordinator: there is no COORDINATOR"],
    [
      { governor: false },
      "FIX governor: there is no GOVERNOR, so each isolate keeps to a source's limits alone: put its",
    ],
    [{ masters: false }, "FIX queue: there is no MASTERS"],
    [{ weather: "absent" }, "FIX weather: there is no REGION_WEATHER, so the fixed table decides: put its entry"],
    [{ heavy: "silent" }, "FIX heavy: HEAVY is bound, but its Worker does not answer: npm run deploy"],
    [{ heavy: "absent" }, "?   heavy: there is no HEAVY, so SVG, AVIF"],
  ])("%j", async (missing, line) => {
    const others = (await linesOf({ bindings: { ...ALL, ...missing } })).filter((one) => !one.startsWith("ok "));
    expect(others).toEqual([expect.stringContaining(line)]);
  });
  test("weather that is off, and a version that does not tell of it, are no fault", async () => {
    expect(await linesOf({ bindings: { ...ALL, weather: "off" } })).toContainEqual(
      expect.stringMatching(/^ok {2}weather/),
    );
    expect(await linesOf({ bindings: { ...ALL, weather: undefined } })).toHaveLength(4);
  });
  test("an earlier version tells nothing, which is no fault", async () => {
    expect(await linesOf({})).toEqual([expect.stringMatching(/^\? {3}bindings: this version does not tell/)]);
  });
});

describe("a secret that the Worker does not have", () => {
  const linesOf = async (url: string, env: Readonly<Record<string, string>>) => {
    const body = JSON.stringify({ code: "not_found" });
    const patient: Patient = {
      ...{ url, now: () => 0, ...readSecrets(env) },
      fetch: async () => new Response(body, { status: 404 }),
    };
    const found = await Promise.all(CHECKS.slice(-3).map((check) => check(patient)));
    return found.flat().map(findingLine);
  };
  test.each([
    ["https://img.example.org", "`npx wrangler secret put WARM_SECRET`"],
    ["http://127.0.0.1:8787", "npm run edge -- --var WARM_SECRET=…"],
  ])("%s: a note; a FIX when the environment has it", async (url, advice) => {
    const notes = await linesOf(url, {});
    expect(notes.map((line) => line.split(":")[0])).toEqual(["?   warm", "?   purge", "?   catalogue"]);
    expect(notes[0]).toBe(`?   warm: the Worker has no WARM_SECRET, so /warm is off. To switch it on: ${advice}`);
    const [first, ...others] = await linesOf(url, { WARM_SECRET: "here" });
    expect(first).toBe(`FIX warm: the Worker has no WARM_SECRET: ${advice}`);
    expect(others).toEqual(notes.slice(1));
  });
});

test("the test after a deployment waits a minute for a new domain, then says what to do", async () => {
  const shown: string[] = [];
  let waited = 0;
  const pause = async (ms: number) => void (waited += ms);
  expect(await selfTest("http://127.0.0.1:9", {}, (line) => void shown.push(line), pause)).toBe(false);
  expect(waited).toBe(55_000);
  expect(shown.at(-1)).toContain("Then: npm run doctor -- http://127.0.0.1:9");
});
