/** The contestants that are servers: an address in, which they fetch, and a thumbnail out. */
import { fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startEdge } from "../../src/cli/edge/start.ts";
import { signPath } from "../../src/request/signing/signature.ts";
import type { Runner, Settings, Started } from "../engine/runners.ts";
import type { Source } from "./source.ts";

const KEY = "00112233445566778899aabbccddeeff";
const IPX = join(import.meta.dirname, "ipx");

/** Our Worker as deployed, with its stores in the same process. It is asked with signed addresses. */
export async function startOurs(source: Source): Promise<Started> {
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", HTTP_SOURCES: "allow", SIGNING_KEYS: KEY, SIGNING_SALTS: KEY };
  const edge = await startEdge({ heavy: false, vars });
  const pid = edge.workerdPid;
  if (pid === undefined) throw new Error("no workerd process among our children (this bench reads /proc)");
  const bytes = Uint8Array.from(Buffer.from(KEY, "hex"));
  const addressOf = async (file: string, { side, quality, format }: Settings) => {
    const options = `/rs:fit:${side}:${side}/q:${quality}/f:${format}`;
    const path = `${options}/${Buffer.from(source.address(file)).toString("base64url")}`;
    return `${edge.url}/${await signPath(path, { key: bytes, salt: bytes })}${path}`;
  };
  return { runner: runnerOf("ours, HTTP", pid, addressOf), stop: () => edge.stop() };
}

/** Node's ipx in a process of its own, as its documentation starts it. Installs it beside the bench at the first run. */
export async function startIpx(source: Source): Promise<Started> {
  installIpx();
  const env = { ...process.env, IPX_HTTP_DOMAINS: "127.0.0.1" };
  const child = fork(join(IPX, "serve.mjs"), { stdio: "inherit", env });
  const { port } = await new Promise<{ port: number }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { port: number }));
    child.once("exit", (code) => reject(new Error(`ipx ended with ${code}`)));
  });
  const addressOf = async (file: string, { side, quality, format }: Settings) =>
    `http://127.0.0.1:${port}/s_${side}x${side},fit_inside,f_${format},q_${quality}/${source.address(file)}`;
  return {
    runner: runnerOf("ipx", child.pid ?? 0, addressOf),
    stop: () => {
      child.removeAllListeners("exit");
      child.kill();
    },
  };
}

/** ipx brings a sharp of its own, 43 MB in all, so it is no dependency of the project. */
function installIpx(): void {
  if (existsSync(join(IPX, "node_modules/ipx"))) return;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: IPX,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`npm ci in ${IPX} failed: ipx cannot be compared`);
}

/** `2.1.0`: the installed version of a package of ipx's folder. */
export function ipxVersion(name: "ipx" | "sharp"): string {
  const manifest = readFileSync(join(IPX, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function runnerOf(name: string, pid: number, addressOf: (file: string, settings: Settings) => Promise<string>): Runner {
  return {
    name,
    pid,
    async make(file, settings, times) {
      let picture = new Uint8Array();
      for (let i = 0; i < times; i++) {
        const answer = await fetch(await addressOf(file, settings), { headers: { accept: "image/webp,image/*" } });
        picture = new Uint8Array(await answer.arrayBuffer());
        if (answer.status === 200) continue;
        throw new Error(`${name}, ${file}: ${answer.status} ${new TextDecoder().decode(picture).slice(0, 300)}`);
      }
      return { bytes: picture.length, picture, memory: 0, modules: "" };
    },
  };
}
