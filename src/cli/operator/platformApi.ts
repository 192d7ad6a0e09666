/**
 * The platform's API: Analytics Engine's SQL, and the GraphQL Analytics API for CPU time, which a Worker cannot measure.
 * https://developers.cloudflare.com/analytics/analytics-engine/sql-api/
 * https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-workers-metrics/
 */
import { connectionFailure } from "../failures.ts";
import type { Ask } from "./ask/askAll.ts";
import type { Row, Window } from "./ask/question.ts";
import { sqlOf } from "./ask/sql.ts";

export type Account = {
  /** `https://api.cloudflare.com/client/v4`, or a stand-in. */
  readonly api: string;
  readonly account: string;
  /** Only ever sent in a header to `api`. No message has it. */
  readonly token: string;
};

const TIMEOUT_MS = 30_000;
/** The most of an answer that a message repeats. */
const REPEATED = 300;
/** Groups of invocations in one answer: each is a script, so there are never so many. */
const GROUPS = 1_000;

/** Asks the dataset. Rejects with words for the operator. */
export function askAnalyticsEngine(account: Account, dataset: string): Ask {
  return async (question, window) => {
    const path = `/accounts/${account.account}/analytics_engine/sql`;
    const text = await post(account, path, "text/plain", sqlOf(question, dataset, window));
    const data: unknown = Reflect.get(Object(parsed(text)), "data");
    if (!Array.isArray(data)) {
      throw new Error(`Analytics Engine answered without "data": ${repeated(text, account)}`);
    }
    return data.map((row: unknown) => rowOf(row, question.by));
  };
}

/** Whole numbers of 64 bits come as texts. */
function rowOf(row: unknown, by: readonly string[]): Row {
  const cells = Object.entries(Object(row)).map(([name, value]): [string, string | number] => {
    const isText = by.includes(name) && name !== "slot" && name !== "second";
    return [name, isText ? String(value) : Number(value)];
  });
  return Object.fromEntries(cells);
}

const CPU_QUERY = `query Cpu($account: string!, $scripts: [string!], $from: Time!, $to: Time!) {
  viewer { accounts(filter: { accountTag: $account }) {
    workersInvocationsAdaptive(limit: ${GROUPS}, filter: { scriptName_in: $scripts, datetime_geq: $from, datetime_leq: $to }) {
      sum { cpuTimeUs } dimensions { scriptName }
    }
  } }
}`;

/** CPU milliseconds that the Workers have used in the window. Rejects with words for the operator. */
export async function cpuMsOf(account: Account, scripts: readonly string[], { from, to }: Window): Promise<number> {
  const time = (second: number) => new Date(second * 1_000).toISOString();
  const variables = { account: account.account, scripts, from: time(from), to: time(to) };
  const body = JSON.stringify({ query: CPU_QUERY, variables });
  const answer = parsed(await post(account, "/graphql", "application/json", body)) as CpuAnswer | null;
  const [error] = answer?.errors ?? [];
  if (error !== undefined) throw new Error(`The GraphQL API says: ${repeated(`${error.message}`, account)}`);
  const groups = answer?.data?.viewer?.accounts?.[0]?.workersInvocationsAdaptive;
  if (groups === undefined) throw new Error("The GraphQL API does not show this account's Workers to the token");
  return groups.reduce((ms, { sum: { cpuTimeUs } }) => ms + Number(cpuTimeUs) / 1_000, 0);
}

type CpuAnswer = {
  readonly errors?: readonly { readonly message: string }[] | null;
  readonly data?: {
    readonly viewer?: {
      readonly accounts?: readonly {
        readonly workersInvocationsAdaptive?: readonly { readonly sum: { readonly cpuTimeUs: number } }[];
      }[];
    };
  } | null;
};

async function post(account: Account, path: string, type: string, body: string): Promise<string> {
  const { api, token } = account;
  let response: Response;
  try {
    response = await fetch(`${api}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      body,
      // The token must not follow to another host.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    // A header that cannot be sent stands in the error.
    const where = `Cloudflare's API (${api}) cannot be reached from here`;
    throw new Error(connectionFailure(error, where)?.text ?? `${where}: ${repeated(`${error}`, account)}`);
  }
  const text = await response.text();
  if (response.ok) return text;
  const hint =
    response.status === 401 || response.status === 403
      ? "; CLOUDFLARE_API_TOKEN needs the permission Account Analytics, Read, for this account"
      : "";
  throw new Error(`${api}${path} answered ${response.status}${hint}: ${repeated(text, account)}`);
}

/** The beginning of a text of others, without the token: that is taken out first, so that no part of it is left. */
function repeated(text: string, { token }: Account): string {
  return text.replaceAll(token, "…").slice(0, REPEATED);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
