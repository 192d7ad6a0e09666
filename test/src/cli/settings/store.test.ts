import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { RawConfig } from "../../../../src/cli/deploy/configuration.ts";
import { SettingsStore, settingsNamespace, settingsProblems } from "../../../../src/cli/settings/store.ts";
import { quickWrangler } from "../../../support/platform/wrangler.ts";
import { type Platform, startPlatform } from "../../../support/platform.ts";

const RAW: RawConfig = { name: "firstlight", main: "src/worker.ts", kv_namespaces: [{ binding: "THUMBS" }] };
const REGIONS = ["enam", "weur"];
const MINE = '{"allowedSources":["mine.example"]}';
const THEIRS = '{"allowedSources":["theirs.example"]}';

let platform: Platform;
let id: string;
/** The store as one machine sees it. */
const machine = (name: string, folder: string) =>
  new SettingsStore(quickWrangler(platform, "."), id, join(folder, `${name}.seen`));
let folder: string;

beforeEach(async () => {
  platform = await startPlatform();
  folder = mkdtempSync(join(tmpdir(), "firstlight-settings-test-"));
  await quickWrangler(platform, ".").write(["kv", "namespace", "create", "firstlight-THUMBS"]);
  id = await settingsNamespace(RAW, quickWrangler(platform, "."));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await platform[Symbol.asyncDispose]();
  });
});

const stored = () => platform.account.namespaces.get(id)?.values.get("settings");

describe("settings put", () => {
  test("the first text is stored; the same text again writes nothing", async () => {
    const store = machine("a", folder);
    expect(await store.get()).toBeNull();
    expect([await store.put(MINE, false), stored()]).toEqual([true, MINE]);
    const before = platform.writes().length;
    expect([await store.put(MINE, false), platform.writes().length]).toEqual([true, before]);
  });
  test("a newline at the end of a file is no change", async () => {
    const store = machine("a", folder);
    await store.put(`${MINE}\n`, false);
    expect([await store.get(), stored()]).toEqual([MINE, MINE]);
    const before = platform.writes().length;
    expect([await store.put(`${MINE}\r\n\n`, false), platform.writes().length]).toEqual([true, before]);
  });
  test("one after another, without a get in between", async () => {
    const store = machine("a", folder);
    await store.put(MINE, false);
    expect([await store.put(THEIRS, false), stored()]).toEqual([true, THEIRS]);
  });
  test("what somebody else stored meanwhile stays, until it was read here or is overwritten by force", async () => {
    const [ours, others] = [machine("a", folder), machine("b", folder)];
    await ours.put("{}", false);
    await others.get();
    await others.put(THEIRS, false);
    expect([await ours.put(MINE, false), stored()]).toEqual([false, THEIRS]);
    expect(await ours.get()).toBe(THEIRS);
    expect([await ours.put(MINE, false), stored()]).toEqual([true, MINE]);
    expect([await others.put(THEIRS, false), stored()]).toEqual([false, MINE]);
    expect([await others.put(THEIRS, true), stored()]).toEqual([true, THEIRS]);
  });
  test("a machine that has never read does not overwrite what is there", async () => {
    await machine("a", folder).put(MINE, false);
    expect([await machine("new", folder).put(THEIRS, false), stored()]).toEqual([false, MINE]);
  });
  test("the weather stays as it is stored, and its changes are nobody's", async () => {
    const store = machine("a", folder);
    const weather = (version: number) => ({ version, colos: { MAD: "enam" } });
    await store.put(MINE, false);
    // A region's object has moved a data centre: the Worker writes all fields.
    const publish = (version: number) => {
      const whole = { allowedSources: ["mine.example"], blocked: { sources: [], hosts: [] }, epochs: {} };
      platform.account.namespaces
        .get(id)
        ?.values.set("settings", JSON.stringify({ ...whole, weather: weather(version) }));
    };
    publish(1);
    expect(await store.put(THEIRS, false)).toBe(true);
    expect(JSON.parse(stored() ?? "")).toEqual({ allowedSources: ["theirs.example"], weather: weather(1) });
    publish(2);
    // That is another list of sources than what was put here last.
    expect(await store.put(THEIRS, false)).toBe(false);
    const file = await store.get();
    publish(3);
    expect(await store.put(file ?? "", false)).toBe(true);
    expect(JSON.parse(stored() ?? "").weather).toEqual(weather(3));
  });
  test("a refusal of the platform is an error, not an empty text", async () => {
    platform.breakAt({ at: 0, how: "refused" });
    await expect(machine("a", folder).put(MINE, false)).rejects.toThrow("Authentication error");
  });
});

describe("the namespace", () => {
  test("is that of wrangler.toml when it has an id", async () => {
    const raw = { ...RAW, kv_namespaces: [{ binding: "THUMBS", id: "of-the-operator" }] };
    expect(await settingsNamespace(raw, quickWrangler(platform, "."))).toBe("of-the-operator");
  });
  test("that is not there is an error that says what makes it", async () => {
    await expect(settingsNamespace({ ...RAW, name: "other" }, quickWrangler(platform, "."))).rejects.toThrow(
      "The account has no KV namespace other-THUMBS: npm run deploy makes it",
    );
  });
});

describe("settings check", () => {
  test.each([
    ["{}", []],
    ['{"regions":{"colo:MAD":"weur"}}', []],
    ['{"regions":{"colo:MAD":"apac"}}', [expect.stringMatching(/^line 1, column 24: regions\.colo:MAD /)]],
    ["{\n  oops", [expect.stringMatching(/^line 2, column 3: not JSON/)]],
    [
      '{\n "allowedSource": [],\n "epochs": {"x": 1}\n}',
      [
        expect.stringMatching(/^line 2, column 2: allowedSource is not known/),
        expect.stringMatching(/^line 3, column 13: /),
      ],
    ],
  ])("%s", (text, problems) => {
    expect(settingsProblems(text, REGIONS)).toEqual(problems);
  });
});
