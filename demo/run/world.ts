/**
 * What takes part in the run: third parties with small copies of the demo's photographs, a Worker that can be killed, and
 * the real programs that import the manifest and start the run.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { TOP } from "../../src/cli/edge/bundle.ts";
import type { LogLine } from "../../src/cli/edge/start.ts";
import { callSigned } from "../../src/cli/signedCall.ts";
import { signedUrl } from "../../src/client/url.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { createAuthority } from "../../test/support/sources/authority.ts";
import type { Catalogue } from "../catalogue.ts";
import { type Source, startSource } from "../sources/server.ts";
import { SOURCES } from "../sources/table.ts";
import { type KillableEdge, startKillableEdge } from "./killableEdge.ts";
import {
  FALSE_PICTURES,
  type ManifestPicture,
  manifestPictures,
  manifestText,
  paceSettings,
  RUN,
  THUMBNAIL_WIDTH,
} from "./manifest.ts";

export type RunWorld = {
  readonly pictures: readonly ManifestPicture[];
  readonly sources: readonly Source[];
  readonly edge: KillableEdge;
  /** What the programs of `npm run catalogue` read from the environment, and the test too. */
  env(): Readonly<Record<string, string>>;
  /** Imports the manifest and starts the run. Throws with what the program said. */
  begin(): Promise<void>;
  /** null while the Worker is dead. */
  status(): Promise<CatalogueStatus | null>;
  /** The path of a picture's thumbnail at the Worker, as a page has it. */
  pathOf(picture: ManifestPicture): Promise<string>;
  stop(): Promise<void>;
};

const HOST = "127.0.0.1";
/** Width of the copies, in pixels: small, since this one machine is third parties and Worker at once. */
const COPY_WIDTH = 640;
const COPIES = 12;
/** Short chunks and leases, so that a killed run is seen to go on at once. In seconds. */
const HURRY = { CATALOGUE_CHUNK_SECONDS: "3", CATALOGUE_LEASE_SECONDS: "12" } as const;

/** Starts it. `log` gets what its Worker logs. Throws when a part does not start; nothing runs then. */
export async function startRunWorld(
  catalogue: Catalogue,
  count: number,
  log: (line: LogLine) => void,
): Promise<RunWorld> {
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "firstlight-demo-run-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const files = await copyPhotographs(catalogue, join(folder, "photographs"));
    const authority = createAuthority("Firstlight demo");
    const caFile = join(folder, "authority.pem");
    await writeFile(caFile, authority.root);
    const tls = authority.issue([HOST]);
    const sources: Source[] = [];
    for (const trait of SOURCES) {
      const source = await startSource(trait, join(folder, "photographs"), tls);
      undo.push(() => source.die());
      sources.push(source);
    }
    const originOf = (id: string) => sources.find(({ trait }) => trait.id === id)?.origin ?? "";
    const origins = {
      meadow: originOf("meadow"),
      lantern: originOf("lantern"),
      folio: originOf("folio"),
      mayfly: originOf("mayfly"),
    };
    const pictures = manifestPictures(count, files, origins);
    const manifest = join(folder, "manifest.tsv");
    await writeFile(manifest, manifestText(pictures));
    const signing = { key: randomBytes(32).toString("hex"), salt: randomBytes(32).toString("hex") };
    const secret = randomBytes(32).toString("hex");
    const vars = {
      ...{ SIGNING_KEYS: signing.key, SIGNING_SALTS: signing.salt, ALLOW_LOOPBACK_SOURCES: "true" },
      ...{ CATALOGUE_SECRET: secret, SOURCE_TIMEOUT_MS: "60000", QUEUE_MS: "60000", ...HURRY },
    };
    const edge = await startKillableEdge({
      ...{ caFile, vars, log, heavy: false, persist: join(folder, "stores"), settings: paceSettings(origins) },
    });
    undo.push(() => edge.stop());
    const env = () => ({
      ...{ S3_ENDPOINT: edge.edge?.s3.endpoint ?? "", S3_ACCESS_KEY_ID: edge.edge?.s3.accessKeyId ?? "" },
      ...{ S3_SECRET_ACCESS_KEY: edge.edge?.s3.secretAccessKey ?? "", CATALOGUE_SECRET: secret },
      CATALOGUE_ENDPOINT: edge.edge?.url ?? "",
    });
    const work = join(folder, "import");
    await mkdir(work);
    return {
      ...{ pictures, sources, edge, env, stop },
      async begin() {
        const width = ["--width", String(THUMBNAIL_WIDTH)];
        await catalogueProgram(
          ["import", manifest, "--run", RUN, "--columns", "id=id,url=url", ...width, "--work", work],
          env(),
        );
        await catalogueProgram(["start", RUN, "--detach"], env());
      },
      async status() {
        const endpoint = edge.edge?.url;
        if (endpoint === undefined) return null;
        const call = { endpoint, secret, signal: AbortSignal.timeout(STATUS_MS), pauses: [] };
        const door = { path: "/catalogue", variable: "CATALOGUE_SECRET" };
        const read = (body: Readonly<Record<string, unknown>>) =>
          "perHost" in body ? (body as unknown as CatalogueStatus) : undefined;
        // It may be killed while it answers.
        return callSigned({ action: "status", run: RUN }, door, call, read).catch(() => null);
      },
      pathOf: ({ url }) => signedUrl("", url, { width: THUMBNAIL_WIDTH }, signing),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const STATUS_MS = 10_000;

/** Small copies of some photographs, and the files that are none. Gives the names of the copies. */
async function copyPhotographs({ folder, entries }: Catalogue, to: string): Promise<readonly string[]> {
  await mkdir(to);
  const files = entries
    .slice(0, COPIES)
    .map(({ file }, at) => ({ from: join(folder, file), name: `photograph-${at}.jpg` }));
  for (const { from, name } of files) {
    await sharp(from).rotate().resize(COPY_WIDTH).flatten().jpeg({ quality: 80 }).toFile(join(to, name));
  }
  for (const { file, bytes } of FALSE_PICTURES)
    if (bytes !== null) await writeFile(join(to, file), Buffer.from(bytes, "latin1"));
  return files.map(({ name }) => name);
}

/** `npm run catalogue -- …`. Throws with its standard error when it fails. */
async function catalogueProgram(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const program = join(TOP, "src/cli/catalogue.ts");
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`catalogue ${args[0]}: ${said.trim()}`);
}
