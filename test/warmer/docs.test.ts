import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSigned, signatureLine } from "../../warmer/hint/datagramSignature.ts";
import { parseHint } from "../../warmer/hint/parseHint.ts";
import { Counts } from "../../warmer/observe/counts.ts";
import { createRegistry } from "../../warmer/observe/metrics.ts";
import { EDGE_OUTCOMES } from "../../warmer/push/inFlight/pushAnswer.ts";
import { LANGUAGES } from "../support/interpreters.ts";
import { startTestWarmer, until } from "../support/warmer.ts";
import { startWarmSink } from "../support/warmSink.ts";

const datagram = readFileSync("docs/api-server/datagram.md", "utf8");

/** The code blocks of docs/api-server/datagram.md in one language. */
function blocks(language: string): readonly string[] {
  return [...datagram.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = ""]) =>
    name === language ? [text] : [],
  );
}

const has = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

/**
 * Runs the PHP example by a PHP from a package, and sends what it would send. That PHP is WebAssembly and has no UDP, so the
 * program gets a `fsockopen` that prints.
 */
async function sendByPackagedPhp(text: string, port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-php-"));
  const [program, ...words] = await LANGUAGES.php.install(folder);
  const file = join(folder, "hint.php");
  writeFileSync(
    file,
    text.replace("<?php", "<?php\nnamespace e;\nfunction fsockopen() { return fopen('php://output', 'w'); }"),
  );
  const { stdout, stderr } = spawnSync(program, [...words, file]);
  rmSync(folder, { recursive: true, force: true });
  expect(stderr.toString()).toBe("");
  const socket = createSocket("udp4");
  await new Promise((sent) => socket.send(stdout, port, "127.0.0.1", sent));
  socket.close();
}

describe("a warmer accepts the examples in docs/api-server/datagram.md", () => {
  const signed = "0123456789abcdef";
  const rows = [
    ["bash, unsigned", "bash", 0, "", has("bash", "-c", "exit"), 1],
    ["bash and openssl, signed", "bash", 1, signed, has("bash", "-c", "openssl version"), 2],
    ["Python", "python", 0, signed, has("python3", "--version"), 2],
    ["PHP", "php", 0, signed, has("php", "--version"), 2],
  ] as const;
  test.for(rows)("%s", { timeout: 120_000 }, async ([_name, language, index, secret, runs, paths], { skip }) => {
    const text = blocks(language)[index] ?? "";
    expect(text).toContain("4814");
    const isPackaged = !runs && language === "php" && process.env.FIRSTLIGHT_LONG === "1";
    if (!runs && !isPackaged) skip(`no ${language} here`);
    const sink = await startWarmSink();
    const warmer = await startTestWarmer({
      WARM_REGIONS: `weur=${sink.url},apac=${sink.url}`,
      WARM_HINT_SECRET: secret,
      WARM_MAX_AGE_MS: "10000",
    });
    if (isPackaged) {
      await sendByPackagedPhp(text, warmer.udp.port);
    } else {
      const program = { bash: "bash", python: "python3", php: "php" }[language];
      const run = spawnSync(program, { input: text.replaceAll("4814", String(warmer.udp.port)), encoding: "utf8" });
      expect([run.status, run.stderr]).toEqual([0, ""]);
    }
    await until(() => warmer.counts.received > 0);
    await until(() => warmer.counts.pushed === paths);
    expect(sink.pushes.map(({ region }) => region)).toEqual(["weur"]);
    await warmer.stop();
    await sink.close();
  });
});

test("the byte-by-byte datagram is what the page says, and its signature is valid", () => {
  const dump = [...datagram.matchAll(/^[0-9a-f]{8} {2}((?:[0-9a-f]{2} {1,2})+)/gm)].map(([, hex = ""]) => hex.trim());
  const bytes = Buffer.from(
    dump
      .join(" ")
      .split(/\s+/)
      .map((pair) => Number.parseInt(pair, 16)),
  );
  const mark = signatureLine(bytes, 0, bytes.length);
  expect([bytes.length, mark]).toEqual([90, 0x2e]);
  expect(isSigned(bytes, 0, mark, "0123456789abcdef")).toBe(true);
  expect(parseHint(bytes.subarray(0, mark).toString())).toMatchObject({ time: 1763760000123, paths: ["/a"] });
});

describe("dashboard, alerts and docs name only existing metrics", () => {
  const none = { evicted: () => 0, map: { version: 0, fetched: 0, failed: 0 }, knownSenders: () => 0, port: () => 0 };
  const registry = createRegistry({ counts: new Counts(), pushers: [], ...none });
  const known = new Set(
    (registry.getMetricsAsArray() as unknown as { name: string }[]).flatMap(({ name }) =>
      /_(seconds|batched)$/.test(name) ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const files = ["docs/operator/alerts.yml", "docs/api-server/datagram.md", "docs/operator/grafana/warmer.json"];
  test.each(files)("%s", (file) => {
    const named = readFileSync(file, "utf8").match(/firstlight_warmer_[a-z_0-9]+/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
  test("docs/operator/warmer.md", () => {
    const named = readFileSync("docs/operator/warmer.md", "utf8").match(/firstlight_warmer_[a-z_0-9]+/g) ?? [];
    expect(named.filter((name) => !known.has(name) && !/_(process|nodejs)_$/.test(name))).toEqual([]);
  });
  test("a missing warmer raises an alert, with the job name of docs/operator/warmer.md", () => {
    const jobs = [...readFileSync("docs/operator/alerts.yml", "utf8").matchAll(/up\{job="([^"]+)"\}/g)].map(
      ([, job]) => job,
    );
    const scraped = /job_name: (\S+)/.exec(readFileSync("docs/operator/warmer.md", "utf8"))?.[1];
    expect(jobs).toEqual([scraped, scraped]);
  });
  test("the dashboard is JSON for Grafana: each panel has a position, queries and its own id", () => {
    const { panels } = JSON.parse(readFileSync("docs/operator/grafana/warmer.json", "utf8")) as {
      panels: { id: number; title: string; gridPos: object; targets: { expr: string }[] }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets, gridPos } of panels) {
      expect(Object.keys(gridPos).sort()).toEqual(["h", "w", "x", "y"]);
      for (const { expr } of targets) expect(expr).toMatch(/firstlight_warmer_/);
    }
  });
});

describe("docs/operator/warmer.md says what to do about each answer of the edge", () => {
  const page = readFileSync("docs/operator/warmer.md", "utf8");
  // What `POST /warm` itself can answer, and what stands before a Worker.
  test.each([400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504])("status %d", (status) => {
    expect(page).toMatch(new RegExp(`^\\| \`failed\`, status [^|]*\\b${status}\\b[^|]*\\| [^|]+ \\| [^|]+ \\|$`, "m"));
  });
  test.each([...EDGE_OUTCOMES, "unknown"])("outcome %s", (outcome) => {
    expect(page).toContain(`| \`outcome{outcome="${outcome}"}\` |`);
  });
});
