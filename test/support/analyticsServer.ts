/**
 * Stand-ins for the two APIs of the operator's page, on 127.0.0.1: Analytics Engine's SQL over points in SQLite, and the
 * GraphQL Analytics API with the CPU time of two scripts. Both refuse another token, and what the real ones do not have.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { analytics, type TimedPoint } from "./analytics.ts";
import { seeded } from "./seeded.ts";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const TOKEN = "a-token-that-nobody-may-see";
const SQL_PATH = `/client/v4/accounts/${ACCOUNT}/analytics_engine/sql`;
/** Every name of the GraphQL schema that a question about CPU may use; variables begin with `$`. */
const SCHEMA =
  /^(query|Cpu|string|Time|viewer|accounts|filter|accountTag|workersInvocationsAdaptive|limit|scriptName_in|datetime_geq|datetime_leq|sum|cpuTimeUs|requests|dimensions|scriptName|\d+)$/;

export type AnalyticsServer = AsyncDisposable & {
  /** What a program reads from its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The SQL that was asked. */
  readonly asked: readonly string[];
};

export type AnalyticsServerOptions = {
  readonly points: () => readonly TimedPoint[];
  /** Microseconds by script; null: the API refuses. */
  readonly cpuUs: Readonly<Record<string, number>> | null;
};

export async function startAnalyticsServer({ points, cpuUs }: AnalyticsServerOptions): Promise<AnalyticsServer> {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return [403, `no right: ${request.headers.authorization}`];
    const body = await textOf(request);
    if (request.url === "/client/v4/graphql") return [200, graphql(body, cpuUs)];
    if (request.url !== SQL_PATH) return [404, "not found"];
    asked.push(body);
    try {
      const rows = analytics(points(), Date.now()).query(body);
      return [200, { meta: [], data: rows.map(quoted), rows: rows.length }];
    } catch (error) {
      return [422, String(error)];
    }
  };
  const server = createServer(async (request, response) => {
    const [status, value] = await answer(request);
    response.writeHead(status).end(typeof value === "string" ? value : JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One point in `n` at random, each of which stands for `n`. */
export function sampleOf(points: readonly TimedPoint[], n: number, seed: number): readonly TimedPoint[] {
  const random = seeded(seed);
  return points.filter(() => random() * n < 1).map((one) => ({ ...one, interval: n }));
}

/** Whole numbers are 64 bits wide there, and come as texts. */
function quoted(row: Readonly<Record<string, unknown>>): object {
  const cell = (value: unknown) => (Number.isInteger(value) ? String(value) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)]));
}

function graphql(body: string, cpuUs: AnalyticsServerOptions["cpuUs"]): unknown {
  const { query, variables } = JSON.parse(body) as {
    readonly query: string;
    readonly variables: { readonly account: string; readonly scripts: readonly string[]; readonly from: string };
  };
  const unknown = (query.match(/(?<!\$)\b\w+\b/g) ?? []).find((name) => !SCHEMA.test(name));
  const message = cpuUs === null ? "not authorized for that account" : `unknown field "${unknown}"`;
  if (
    cpuUs === null ||
    unknown !== undefined ||
    variables.account !== ACCOUNT ||
    Number.isNaN(Date.parse(variables.from))
  )
    return { data: null, errors: [{ message }] };
  const groups = variables.scripts.flatMap((scriptName) =>
    cpuUs[scriptName] === undefined ? [] : [{ sum: { cpuTimeUs: cpuUs[scriptName] }, dimensions: { scriptName } }],
  );
  return { data: { viewer: { accounts: [{ workersInvocationsAdaptive: groups }] } }, errors: null };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
