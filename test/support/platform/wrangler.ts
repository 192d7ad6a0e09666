/**
 * A quick wrangler for tests of every step: the same requests to the stand-in of the platform as the real one sends, and
 * the same answers as far as a program reads them. `test/e2e/deploy.test.ts` compares both.
 */
import { readFileSync } from "node:fs";
import type { Ran, Wrangler } from "../../../src/cli/deploy/wrangler.ts";
import type { Platform } from "../platform.ts";

type Api = (method: string, path: string, body?: unknown) => Promise<unknown>;
type Command = (args: readonly string[], api: Api) => Promise<unknown>;

/** Words of a command -> what it does. What it gives is printed: a text as it is, anything else as JSON. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "r2 bucket info": ([name], api) => api("GET", `r2/buckets/${name}`),
  "r2 bucket create": (args, api) =>
    api("POST", "r2/buckets", { name: args[0], locationHint: option(args, "--location") }),
  "r2 bucket delete": ([name], api) => api("DELETE", `r2/buckets/${name}`),
  "r2 bucket lifecycle list": async ([name], api) => {
    const { rules } = (await api("GET", `r2/buckets/${name}/lifecycle`)) as {
      rules: { id: string; conditions: { prefix: string } }[];
    };
    return rules.map(({ id, conditions }) => `name:     ${id}\nprefix:   ${conditions.prefix}`).join("\n\n");
  },
  "r2 bucket lifecycle add": async ([name, id, prefix], api) => {
    const { rules } = (await api("GET", `r2/buckets/${name}/lifecycle`)) as { rules: unknown[] };
    await api("PUT", `r2/buckets/${name}/lifecycle`, { rules: [...rules, { id, conditions: { prefix } }] });
  },
  "kv namespace list": (_, api) => api("GET", "storage/kv/namespaces"),
  "kv namespace create": ([title], api) => api("POST", "storage/kv/namespaces", { title }),
  "kv namespace delete": (args, api) => api("DELETE", `storage/kv/namespaces/${option(args, "--namespace-id")}`),
  "kv key get": async (args, api) => {
    const path = `storage/kv/namespaces/${option(args, "--namespace-id")}/values/${args[0]}`;
    const value = await api("GET", path).catch((error: unknown) => {
      throw String(error).includes("10009") ? new Error(`Failed to fetch ${path} - 404: Not Found`) : error;
    });
    return `${value}\n`;
  },
  "kv key put": (args, api) =>
    api(
      "PUT",
      `storage/kv/namespaces/${option(args, "--namespace-id")}/values/${args[0]}`,
      readFileSync(option(args, "--path"), "utf8"),
    ),
  "queues info": async ([name], api) => {
    const [queue] = (await api("GET", `queues?name=${name}`)) as { readonly consumers_total_count: number }[];
    if (queue === undefined)
      throw new Error(`Queue "${name}" does not exist. To create it, run: wrangler queues create ${name}`);
    return `Queue Name: ${name}\nNumber of Consumers: ${queue.consumers_total_count}\n`;
  },
  "queues create": ([name], api) => api("POST", "queues", { queue_name: name }),
  "queues delete": async ([name], api) => {
    const [queue] = (await api("GET", `queues?name=${name}`)) as { queue_id: string }[];
    await api("DELETE", `queues/${queue?.queue_id}`);
  },
  "secret list": async (args, api) => {
    const name = option(args, "--name");
    try {
      return await api("GET", `workers/scripts/${name}/secrets`);
    } catch (error) {
      throw String(error).includes("10007") ? new Error(`Worker "${name}" not found.`) : error;
    }
  },
  "secret bulk": (args, api) => {
    const values = JSON.parse(readFileSync(args[0] ?? "", "utf8")) as Record<string, string>;
    const secrets = Object.entries(values).map(([name, text]) => [name, { name, text, type: "secret_text" }]);
    return api("PATCH", `workers/scripts/${option(args, "--name")}/secrets-bulk`, {
      secrets: Object.fromEntries(secrets),
    });
  },
  "deployments status": async (args, api) => {
    const { deployments } = (await api("GET", `workers/scripts/${option(args, "--name")}/deployments`)) as {
      deployments: unknown[];
    };
    return deployments[0];
  },
  "versions view": (args, api) => api("GET", `workers/scripts/${option(args, "--name")}/versions/${args[0]}`),
  delete: ([name], api) => api("DELETE", `workers/services/${name}?force=true`),
};

type Uploaded = {
  readonly name: string;
  readonly routes?: readonly { readonly pattern: string }[];
  readonly r2_buckets?: readonly { readonly binding: string; readonly bucket_name: string }[];
  readonly durable_objects?: { readonly bindings: readonly { readonly name: string }[] };
  readonly queues?: { readonly consumers?: readonly { readonly queue: string }[] };
};

/** `top` is the folder that `--config` is relative to. */
export function quickWrangler({ env }: Platform, top: string): Wrangler {
  const base = `${env.CLOUDFLARE_API_BASE_URL}/accounts/${env.CLOUDFLARE_ACCOUNT_ID}/`;
  const api: Api = async (method, path, body) => {
    const text =
      body === undefined || typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body);
    const response = await fetch(base + path, { method, ...(text === undefined ? {} : { body: text }) });
    const answer = await response.text();
    if (!answer.startsWith('{"success"')) return answer;
    const { success, errors, result } = JSON.parse(answer) as {
      success: boolean;
      errors: { code: number; message: string }[];
      result: unknown;
    };
    if (!success) throw new Error(errors.map(({ code, message }) => `${message} [code: ${code}]`).join("; "));
    return result;
  };
  const run = async (args: readonly string[]): Promise<Ran> => {
    try {
      if (args[0] === "deploy") await upload(args, top, api);
      const name =
        Object.keys(COMMANDS).find((words) => args.join(" ").startsWith(`${words} `) || args.join(" ") === words) ?? "";
      const result = args[0] === "deploy" ? "" : await COMMANDS[name]?.(args.slice(name.split(" ").length), api);
      const out = typeof result === "string" ? result : JSON.stringify(result ?? null);
      return { ok: true, out, text: out };
    } catch (error) {
      return { ok: false, out: "", text: `✘ [ERROR] ${error instanceof Error ? error.message : error}` };
    }
  };
  return { read: run, write: run };
}

async function upload(args: readonly string[], top: string, api: Api): Promise<void> {
  const text = readFileSync(`${top}/${option(args, "--config")}`, "utf8");
  const config: Uploaded = text.startsWith("{") ? JSON.parse(text) : { name: /^name = "(.*)"/m.exec(text)?.[1] ?? "" };
  const secretsFile = option(args, "--secrets-file");
  const secrets: Record<string, string> = secretsFile === "" ? {} : JSON.parse(readFileSync(secretsFile, "utf8"));
  const bindings = [
    ...(config.r2_buckets ?? []).map(({ binding, bucket_name }) => ({ name: binding, type: "r2_bucket", bucket_name })),
    ...(config.durable_objects?.bindings ?? []).map(({ name }) => ({ name, type: "durable_object_namespace" })),
    ...Object.entries(secrets).map(([name, value]) => ({ name, type: "secret_text", text: value })),
  ];
  const form = new FormData();
  form.set("metadata", JSON.stringify({ bindings, annotations: { "workers/message": option(args, "--message") } }));
  await api("PUT", `workers/scripts/${config.name}`, form);
  const origins = (config.routes ?? []).map(({ pattern }) => ({ hostname: pattern }));
  if (origins.length > 0) await api("PUT", `workers/scripts/${config.name}/domains/records`, { origins });
  for (const { queue } of config.queues?.consumers ?? []) {
    const [found] = (await api("GET", `queues?name=${queue}`)) as { queue_id: string }[];
    await api("POST", `queues/${found?.queue_id}/consumers`, { script_name: config.name });
  }
}

function option(args: readonly string[], name: string): string {
  const at = args.indexOf(name);
  return at < 0 ? "" : (args[at + 1] ?? "");
}
