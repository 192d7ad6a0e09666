/** The command line of `npm run catalogue -- import`. */
import { existsSync } from "node:fs";
import { DEFAULT_SETTINGS, RUN_NAME, type RunSettings } from "../../../catalogue/run.ts";
import { ACCEPT_CLASSES } from "../../../image/formats/descriptor.ts";
import { type BucketAccess, readBucketAccess } from "../../bucketAccess.ts";
import { readCommandLine } from "../../commandLine.ts";
import {
  MANIFEST_USAGE,
  MANIFEST_VALUES,
  type ManifestArguments,
  readManifestArguments,
} from "../manifest/arguments.ts";
import { readSegments } from "../plan/arguments.ts";
import { transformOf } from "../plan/transform.ts";

export type ImportArguments = ManifestArguments & {
  readonly run: string;
  readonly labels: string | null;
  readonly settings: RunSettings;
  readonly access: BucketAccess;
  /** Where the folder of the sort is made; null: where the system has its temporary files. */
  readonly work: string | null;
  readonly concurrency: number;
};

const CONCURRENCY = { usual: 16, most: 128 } as const;

export const IMPORT_USAGE = `Usage: npm run catalogue -- import FILE … --run NAME (--map NAME|FILE | --columns LIST) [--width 640] …
Sorts a manifest by host and writes its parts into the primary bucket. start then begins the work. Killed at any moment,
the same command goes on where it stopped; given a second time, it changes nothing.
${MANIFEST_USAGE}
--run NAME       names the run: a-z, 0-9 and -
--width N        width of the thumbnails in pixels (640); or --options TEXT as in a path (rs:fit:640:640). Give what readers
                 ask for: then the run's pictures are hits
--accept CLASS   ${ACCEPT_CLASSES.join(", ")} (${DEFAULT_SETTINGS.accept}): the Accept class of those readers
--facts header   a second request reads size and EXIF of the original where a provider's own size is rendered
--location       also keeps where a picture was taken
--labels FILE    YFCC100M's autotags, in the order of the manifest
--work DIR       for the files of the sort, in a folder of their own: as much room as the rows take (the system's folder
                 for temporary files)
--concurrency N  parts written at a time, 1 to ${CONCURRENCY.most} (${CONCURRENCY.usual})
--endpoint URL, --access-key ID, --secret-key KEY, --bucket-prefix TEXT: the S3 API of the buckets. Else S3_ENDPOINT,
S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and firstlight-`;

type Parsed =
  | { readonly ok: true; readonly value: ImportArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the file of the map. Never throws. */
export function parseImportArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed {
  const line = readCommandLine(argv, {
    values: [
      ...MANIFEST_VALUES,
      ...(["run", "width", "options", "accept", "facts", "labels", "work", "concurrency"] as const),
      ...(["endpoint", "access-key", "secret-key", "bucket-prefix"] as const),
    ],
    switches: ["location"],
    words: true,
  });
  const { values } = line;
  const manifest = readManifestArguments(
    line.rest.map(({ value }) => value),
    values,
  );
  const access = readBucketAccess(values, env);
  const problems = [...line.problems, ...(manifest.ok ? [] : manifest.problems)];
  if (!RUN_NAME.is(values.run)) problems.push(`--run cannot be ${values.run ?? "missing"}: ${RUN_NAME.needed}`);
  const settings = readSettings(values, line.switches.has("location"), problems);
  const labels = values.labels ?? null;
  if (labels !== null && !existsSync(labels)) problems.push(`There is no file ${labels}`);
  const concurrency = Number(values.concurrency ?? CONCURRENCY.usual);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > CONCURRENCY.most) {
    problems.push(`--concurrency cannot be ${values.concurrency}: a whole number from 1 to ${CONCURRENCY.most}`);
  }
  problems.push(...access.problems);
  if (!manifest.ok || problems.length > 0) return { ok: false, problems };
  const run = values.run ?? "";
  return {
    ok: true,
    value: { ...manifest.value, run, labels, settings, access: access.value, work: values.work ?? null, concurrency },
  };
}

type SettingValues = Readonly<Partial<Record<"width" | "options" | "accept" | "facts", string>>>;

function readSettings(values: SettingValues, location: boolean, problems: string[]): RunSettings {
  const segments = readSegments(values, problems);
  const transform = transformOf(segments);
  if (typeof transform === "string") problems.push(transform);
  const { accept = DEFAULT_SETTINGS.accept, facts = DEFAULT_SETTINGS.facts } = values;
  const acceptClass = ACCEPT_CLASSES.find((one) => one === accept);
  if (acceptClass === undefined) problems.push(`--accept cannot be ${accept}; known are ${ACCEPT_CLASSES.join(", ")}`);
  if (facts !== "none" && facts !== "header") problems.push(`--facts cannot be ${facts}; known are none, header`);
  return {
    options: segments.join("/"),
    accept: acceptClass ?? DEFAULT_SETTINGS.accept,
    facts: facts === "header" ? "header" : "none",
    location,
  };
}
