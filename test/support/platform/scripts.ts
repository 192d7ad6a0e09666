/** Workers on the stand-in of the platform: uploads, versions, secrets, domains. */
import type { Account, Script } from "./account.ts";
import { ApiError, found, nextId, uuidOf } from "./apiError.ts";

export function scriptOf({ scripts }: Account, [name = ""]: readonly string[], code = 10007): Script {
  return found(scripts.get(name), code, "This Worker does not exist on your account.");
}

export function serviceOf(account: Account, parts: readonly string[]) {
  const { metadata } = scriptOf(account, parts, 10090);
  const { migrations } = metadata as { readonly migrations?: { readonly new_tag?: string } };
  const script = { id: parts[0], migration_tag: migrations?.new_tag, last_deployed_from: "wrangler", tag: "" };
  return { id: parts[0], default_environment: { environment: "production", script } };
}

/** The metadata of an upload. Secrets that it does not name stay (`keep_bindings`). */
export function upload(
  account: Account,
  [name = ""]: readonly string[],
  { metadata = "{}" }: Readonly<Record<string, string>>,
) {
  const { bindings = [], ...rest } = JSON.parse(metadata) as Script["metadata"];
  const missing = bindings.find(({ bucket_name }) => bucket_name !== undefined && !account.buckets.has(bucket_name));
  if (missing !== undefined) throw new ApiError(400, 10085, `R2 bucket '${missing.bucket_name}' not found`);
  const before = account.scripts.get(name);
  const secrets = before?.secrets ?? new Map<string, string>();
  for (const { type, name, text = "" } of bindings) if (type === "secret_text") secrets.set(name, text);
  const script: Script = before ?? { secrets, versions: [], metadata: {} };
  // A later upload names only the migrations that are new.
  const migrations = rest.migrations ?? before?.metadata.migrations;
  script.metadata = { ...rest, migrations, bindings: bindings.filter(({ type }) => type !== "secret_text") };
  return addVersion(account, name, script, rest.annotations ?? {});
}

export function addVersion(
  account: Account,
  name: string,
  script: Script,
  annotations: Readonly<Record<string, string>>,
) {
  const id = uuidOf(nextId(account));
  script.versions.push({ id, annotations });
  account.scripts.set(name, script);
  return { id: name, etag: id, startup_time_ms: 12, version_id: id, deployment_id: id, has_preview: false };
}

export function secretsOf({ secrets }: Script) {
  return [...secrets.keys()].map((name) => ({ name, type: "secret_text" }));
}

export function putSecret(
  account: Account,
  parts: readonly string[],
  { name, text }: { readonly name: string; readonly text: string },
) {
  const script = scriptOf(account, parts);
  script.secrets.set(name, text);
  return addVersion(account, parts[0] ?? "", script, { "workers/triggered_by": "secret" });
}

/** `wrangler secret bulk`. */
export function patchSecrets(account: Account, parts: readonly string[], body: string) {
  const script = scriptOf(account, parts);
  const { secrets } = JSON.parse(body) as {
    readonly secrets: Readonly<Record<string, { readonly text: string } | null>>;
  };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret === null) script.secrets.delete(name);
    else script.secrets.set(name, secret.text);
  }
  return addVersion(account, parts[0] ?? "", script, { "workers/triggered_by": "secret" });
}

export function patchSettings(
  account: Account,
  parts: readonly string[],
  { settings = "{}" }: Readonly<Record<string, string>>,
) {
  return patchSecrets(account, parts, settings);
}

export function deploymentsOf({ versions }: Script) {
  const deployments = versions.map(({ id, annotations }) => ({
    ...{
      id,
      annotations,
      source: "wrangler",
      strategy: "percentage",
      created_on: "2026-11-28T00:00:00Z",
      author_email: "",
    },
    versions: [{ version_id: id, percentage: 100 }],
  }));
  return { deployments: deployments.reverse() };
}

export function versionOf({ versions }: Script, [, id]: readonly string[]) {
  const { annotations } = found(
    versions.find((one) => one.id === id),
    10021,
    "version not found",
  );
  const metadata = { created_on: "2026-11-28T00:00:00Z", source: "wrangler", author_email: "" };
  return { id, number: 1, annotations, metadata, resources: { bindings: [], script: {}, script_runtime: {} } };
}

export function setDomains({ domains }: Account, [service = ""]: readonly string[], body: string) {
  const { origins } = JSON.parse(body) as { readonly origins: readonly { readonly hostname: string }[] };
  for (const { hostname } of origins) domains.set(hostname, service);
}

export function deleteScript(account: Account, [name = ""]: readonly string[]) {
  scriptOf(account, [name]);
  account.scripts.delete(name);
  for (const [host, service] of account.domains) if (service === name) account.domains.delete(host);
}
