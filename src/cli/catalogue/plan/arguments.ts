/** The command line of `npm run catalogue -- plan`. */
import { readFileSync } from "node:fs";
import { readLiveSettings } from "../../../live/liveSettings.ts";
import type { PolitenessSettings } from "../../../live/politeness.ts";
import { readCommandLine } from "../../commandLine.ts";
import {
  MANIFEST_USAGE,
  MANIFEST_VALUES,
  type ManifestArguments,
  readManifestArguments,
} from "../manifest/arguments.ts";
import { wordsOf } from "../wordsOf.ts";

export type PlanArguments = ManifestArguments & {
  /** Option segments as in a path: `w:640`. */
  readonly segments: readonly string[];
  readonly facts: "none" | "header";
  readonly politeness: PolitenessSettings;
  readonly json: boolean;
  /** How many hosts are listed. */
  readonly most: number;
};

export const PLAN_USAGE = `Usage: npm run catalogue -- plan FILE … (--map NAME|FILE | --columns LIST) [--width 640] [--facts header]
Reads a manifest once and prints, by host, how many pictures there are, the pace, days, bytes, and what the run costs.
Nothing is fetched and nothing is written.
${MANIFEST_USAGE}
--width N       width of the thumbnails in pixels (640); or --options TEXT as in a path (rs:fit:640:640)
--facts header  a second request reads size and EXIF of the original where a provider's own size is rendered
--settings FILE the live settings (npm run settings -- get FILE): their paces are over those of the table
--pace HOST=N   what if this host allowed N pictures a second? May be given several times
--hosts N       lists N hosts, those that end last first (20), or all
--json          prints JSON`;

type Parsed =
  | { readonly ok: true; readonly value: PlanArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the files of the map and of the settings. Never throws. */
export function parsePlanArguments(argv: readonly string[]): Parsed {
  const line = readCommandLine(argv, {
    values: [...MANIFEST_VALUES, "width", "options", "facts", "settings", "pace", "hosts"],
    lists: ["pace"],
    switches: ["json"],
    words: true,
  });
  const { values } = line;
  const manifest = readManifestArguments(
    line.rest.map(({ value }) => value),
    values,
  );
  const problems = [...line.problems, ...(manifest.ok ? [] : manifest.problems)];
  const segments = readSegments(values, problems);
  const facts = values.facts ?? "none";
  if (facts !== "none" && facts !== "header") problems.push(`--facts cannot be ${facts}; known are none, header`);
  const politeness = { ...readSettings(values.settings, problems), ...readPaces(line.lists.pace ?? [], problems) };
  const most = values.hosts === "all" ? Number.POSITIVE_INFINITY : Number(values.hosts ?? 20);
  if (!(most >= 1)) problems.push(`--hosts cannot be ${values.hosts}: a number from 1 on, or all`);
  if (!manifest.ok || problems.length > 0) return { ok: false, problems };
  const isHeader = facts === "header";
  return {
    ok: true,
    value: {
      ...manifest.value,
      segments,
      facts: isHeader ? "header" : "none",
      politeness,
      json: line.switches.has("json"),
      most,
    },
  };
}

/** The options of the thumbnails. */
export function readSegments(
  { width, options }: Readonly<Partial<Record<"width" | "options", string>>>,
  problems: string[],
): readonly string[] {
  if (width !== undefined && options !== undefined) problems.push("--width and --options exclude each other");
  if (options !== undefined) return options.split("/").filter((segment) => segment !== "");
  if (width !== undefined && !/^[1-9]\d{0,4}$/.test(width))
    problems.push(`--width cannot be ${width}: pixels from 1 to 99999`);
  return [`w:${width ?? 640}`];
}

function readSettings(file: string | undefined, problems: string[]): PolitenessSettings {
  if (file === undefined) return {};
  try {
    return readLiveSettings(readFileSync(file, "utf8")).politeness;
  } catch (error) {
    problems.push(`--settings ${file}: ${wordsOf(error)}`);
    return {};
  }
}

function readPaces(texts: readonly string[], problems: string[]): PolitenessSettings {
  const paces = texts.flatMap((text) => {
    const [, host = "", number = ""] = /^([^=\s]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    const setting = JSON.stringify({ politeness: { [host]: { perSecond: Number(number) } } });
    try {
      if (host === "") throw new Error("HOST=NUMBER is needed");
      return Object.entries(readLiveSettings(setting).politeness);
    } catch (error) {
      problems.push(`--pace cannot be ${text}: ${wordsOf(error)}`);
      return [];
    }
  });
  return Object.fromEntries(paces);
}
