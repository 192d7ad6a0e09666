/** Workers on the stand-in of the platform: uploads, versions, secrets, domains. */
import type { Account, Script, Version } from "./account.ts";
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

type Fields = Readonly<Record<string, string>>;

/** `PUT` of a script: a version that is deployed at once. */
export function upload(account: Account, [name = ""]: readonly string[], { metadata = "{}" }: Fields) {
  const script: Script = account.scripts.get(name) ?? { secrets: new Map(), versions: [], deployed: [], metadata: {} };
  const version = addVersion(account, script, metadata);
  deployVersion(script, version);
  account.scripts.set(name, script);
  const ids = { version_id: version.id, deployment_id: version.id };
  return { id: name, etag: version.id, startup_time_ms: 12, has_preview: false, ...ids };
}

/** `POST` of a version, which wrangler does when the Worker is there already. It serves nobody until it is deployed. */
export function uploadVersion(account: Account, parts: readonly string[], { metadata = "{}" }: Fields) {
  const { id } = addVersion(account, scriptOf(account, parts), metadata);
  return { id, startup_time_ms: 12, metadata: { has_preview: false }, resources: { script: { etag: id } } };
}

export function deploy(account: Account, parts: readonly string[], body: string) {
  const script = scriptOf(account, parts);
  const { versions } = JSON.parse(body) as { readonly versions: readonly { readonly version_id: string }[] };
  const wanted = script.versions.find(({ id }) => id === versions[0]?.version_id);
  deployVersion(script, found(wanted, 10021, "version not found"));
  return { id: wanted?.id };
}

function addVersion(account: Account, script: Script, metadata: string): Version {
  const { bindings = [], annotations = {} } = JSON.parse(metadata) as Script["metadata"];
  const missing = bindings.find(({ bucket_name }) => bucket_name !== undefined && !account.buckets.has(bucket_name));
  if (missing !== undefined) throw new ApiError(400, 10085, `R2 bucket '${missing.bucket_name}' not found`);
  const version: Version = { id: uuidOf(nextId(account)), annotations, metadata };
  script.versions.push(version);
  return version;
}

/** Secrets that an upload does not name stay (`keep_bindings`). It names only the migrations that are new. */
function deployVersion(script: Script, { id, metadata }: Version): void {
  const { bindings = [], ...rest } = JSON.parse(metadata) as Script["metadata"];
  for (const { type, name, text = "" } of bindings) if (type === "secret_text") script.secrets.set(name, text);
  const migrations = rest.migrations ?? script.metadata.migrations;
  script.metadata = { ...rest, migrations, bindings: bindings.filter(({ type }) => type !== "secret_text") };
  script.deployed.push(id);
}

/** A version that differs in its secrets only. */
function addSecretVersion(account: Account, script: Script) {
  const version = { id: uuidOf(nextId(account)), annotations: { "workers/triggered_by": "secret" }, metadata: "{}" };
  script.versions.push(version);
  script.deployed.push(version.id);
  return { id: version.id };
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
  return addSecretVersion(account, script);
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
  return addSecretVersion(account, script);
}

export function patchSettings(
  account: Account,
  parts: readonly string[],
  { settings = "{}" }: Readonly<Record<string, string>>,
) {
  return patchSecrets(account, parts, settings);
}

/** The newest first. */
export function deploymentsOf({ deployed }: Script) {
  const deployments = deployed.map((id) => ({
    ...{ id, source: "wrangler", strategy: "percentage", created_on: "2026-11-28T00:00:00Z", author_email: "" },
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
