/** `plan` or `import` of a manifest in a process of its own: it prints its time and its largest memory as JSON. */
import { join } from "node:path";
import { DEFAULT_SETTINGS } from "../../src/catalogue/run.ts";
import { importManifest } from "../../src/cli/catalogue/import/importManifest.ts";
import type { RunStore } from "../../src/cli/catalogue/import/runStore.ts";
import { WorkFolder } from "../../src/cli/catalogue/import/workFolder.ts";
import { readManifestArguments } from "../../src/cli/catalogue/manifest/arguments.ts";
import { countHosts } from "../../src/cli/catalogue/plan/countHosts.ts";
import { makePlan } from "../../src/cli/catalogue/plan/plan.ts";
import { pixelsOf } from "../../src/cli/catalogue/plan/transform.ts";
import { PolitenessRules } from "../../src/origin/governor/politeness.ts";
import { providerRules } from "../../src/origin/providers/switched.ts";
import { DEFAULTS, splitOptions } from "../../src/request/options/applyOption.ts";
import { processBytes } from "../processMemory.ts";

export type ProgramFigures = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set. */
  readonly megabytes: number;
};

const [what, file = "", folder = ""] = process.argv.slice(2);
const parsed = readManifestArguments([file], { columns: "id=0,url=1" });
if (!parsed.ok) throw new Error(parsed.problems.join("; "));
const started = performance.now();
await (what === "plan" ? plan() : importAll());
const seconds = (performance.now() - started) / 1000;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
const figures: ProgramFigures = {
  seconds,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  megabytes: processBytes("self", "VmHWM") / 2 ** 20,
};
console.log(JSON.stringify(figures));

async function plan(): Promise<void> {
  if (!parsed.ok) return;
  const { transform } = splitOptions(DEFAULTS);
  const rules = providerRules({ providerSizes: "on", providerRules: [] });
  const counted = await countHosts(parsed.value.manifest, { transform, rules, onProgress: () => undefined });
  makePlan(counted, {
    politeness: new PolitenessRules({}),
    ...{ facts: "none", renditionPixels: pixelsOf(transform), most: 20 },
  });
}

async function importAll(): Promise<void> {
  if (!parsed.ok) return;
  await importManifest({
    ...parsed.value,
    ...{ run: "bench", labels: null, settings: DEFAULT_SETTINGS, store: countingStore() },
    ...{ work: new WorkFolder(join(folder, "work")), concurrency: 16, now: 0, signal: new AbortController().signal },
    ...{ onRead: () => undefined, onCheck: () => undefined, onWrite: () => undefined },
  });
}

/** Keeps nothing but the number of parts. */
function countingStore(): RunStore {
  let parts = 0;
  return {
    get: async () => null,
    put: async () => undefined,
    count: async () => parts,
    putNew: async (key) => {
      if (key.includes("/parts/")) parts++;
      return true;
    },
  };
}
