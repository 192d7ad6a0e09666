/** The published package: packed from this checkout, and installed in a project of somebody else. */
import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const top = fileURLToPath(new URL("../../", import.meta.url));

/** With the project's own Node before the machine's. */
export const env = { ...process.env, PATH: `${join(top, "node_modules/.bin")}:${process.env.PATH}` };

/** Packs the package into a folder, makes that folder a project, and installs it there. Further packages come by npm. */
export async function installPacked(folder: string, packages: readonly string[] = []): Promise<void> {
  await execute(process.execPath, [".ci/build-clients.ts"], { cwd: top, env });
  await execute("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: top, env });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{"type":"module","private":true}');
  await installInto(folder, [`./${tarball}`, ...packages], packages.length === 0);
}

/** Runs `npm install` in a folder, without install scripts. `isOffline`: the packages must not need anything else. */
export async function installInto(folder: string, packages: readonly string[], isOffline = false): Promise<void> {
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", ...(isOffline ? ["--offline"] : [])];
  await execute("npm", ["install", ...flags, ...packages], { cwd: folder, env });
}
