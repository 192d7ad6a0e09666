/** A catalogue of generated pictures for an edge: a source with many hosts on loopback, and a run imported as the tool does. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import type { Outcome } from "../../src/catalogue/outcome.ts";
import { logPrefix, readLog } from "../../src/catalogue/outcomeLog.ts";
import { PART, partBytes, partKey } from "../../src/catalogue/part.ts";
import {
  DEFAULT_SETTINGS,
  type HostEntry,
  hostsKey,
  type Run,
  type RunSettings,
  runKey,
  shardOfHost,
} from "../../src/catalogue/run.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../src/request/signing/signedBody.ts";
import { hostHash } from "../../src/store/schema/key.ts";

/** A bucket as miniflare gives it, as far as it is used here. */
export type Bucket = {
  put(key: string, value: Uint8Array<ArrayBuffer> | string): Promise<unknown>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
  list(options: {
    prefix: string;
    cursor?: string;
  }): Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>;
};

/** Writes parts, host lists and run.json, as `npm run catalogue -- import` does. Gives the run. */
export async function importRun(
  bucket: Bucket,
  name: string,
  rows: readonly ManifestRow[],
  settings: Partial<RunSettings> = {},
  partRows: number = PART.rows,
): Promise<Run> {
  const byHost = Map.groupBy(rows, ({ url }) => new URL(url).host);
  const lists = new Map<number, HostEntry[]>();
  let parts = 0;
  for (const [host, some] of byHost) {
    const host16 = await hostHash(host);
    const sorted = some.toSorted((a, b) => (a.url < b.url ? -1 : 1));
    const count = Math.ceil(sorted.length / partRows);
    for (let n = 0; n < count; n++) {
      await bucket.put(partKey(name, host16, n), partBytes(host, sorted.slice(n * partRows, (n + 1) * partRows)));
    }
    parts += count;
    const shard = shardOfHost(host16);
    lists.set(shard, [...(lists.get(shard) ?? []), { host, first: 0, parts: count, pictures: some.length }]);
  }
  for (const [shard, entries] of lists) {
    const sorted = entries.toSorted((a, b) => b.pictures - a.pictures);
    await bucket.put(hostsKey(name, shard), sorted.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }
  const run: Run = {
    ...{ v: 1, run: name, createdAt: Date.now(), settings: { ...DEFAULT_SETTINGS, ...settings } },
    ...{ hosts: byHost.size, parts, pictures: rows.length },
  };
  await bucket.put(runKey(name), JSON.stringify(run));
  return run;
}

/** Every outcome of the log, in the order of keys. */
export async function outcomesOf(bucket: Bucket, run: string): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  for (const key of await keysOf(bucket, logPrefix(run))) {
    all.push(...readLog((await (await bucket.get(key))?.text()) ?? ""));
  }
  return all;
}

export async function keysOf(bucket: Bucket, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.cursor;
    if (!page.truncated || cursor === undefined) return keys;
  }
}

/** One signed `POST /catalogue`. */
export async function order(
  base: string,
  secret: string,
  fields: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = new TextEncoder().encode(JSON.stringify(fields));
  const time = String(Math.floor(Date.now() / 1000));
  const response = await fetch(`${base}/catalogue`, {
    method: "POST",
    headers: { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(secret, "/catalogue", time, body) },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export type Source = {
  readonly port: number;
  /** Address of a picture at the nth host (127.0.0.2 and on). */
  url(host: number, path: string): string;
  /** How often each path of each host was asked for, by `host/path`. */
  readonly asked: Map<string, number>;
  /** When each host was asked, in milliseconds. */
  readonly times: Map<string, number[]>;
  answer: (host: string, path: string, response: ServerResponse, request: IncomingMessage) => void;
  close(): Promise<void>;
};

/** A server for all of 127.0.0.0/8: each address of it is a host of its own. */
export async function startSource(answer: Source["answer"]): Promise<Source> {
  const asked = new Map<string, number>();
  const times = new Map<string, number[]>();
  const server: Server = createServer((request, response) => {
    const host = request.headers.host ?? "";
    const path = request.url ?? "";
    asked.set(`${host}${path}`, (asked.get(`${host}${path}`) ?? 0) + 1);
    const list = times.get(host);
    if (list === undefined) times.set(host, [performance.now()]);
    else list.push(performance.now());
    source.answer(host, path, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const { port } = server.address() as AddressInfo;
  const source: Source = {
    ...{ port, asked, times, answer },
    url: (host, path) => `http://127.0.${Math.floor(host / 200)}.${2 + (host % 200)}:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return source;
}
