/** The part of the platform's API (v4) that wrangler uses for a deployment: method and path below the account -> answer. */
import type { Account, Bucket, Namespace, Queue, Rule } from "./account.ts";
import { ApiError, found, nextId } from "./apiError.ts";
import {
  deleteScript,
  deploymentsOf,
  patchSecrets,
  patchSettings,
  putSecret,
  scriptOf,
  secretsOf,
  serviceOf,
  setDomains,
  upload,
  versionOf,
} from "./scripts.ts";

export type Call = {
  readonly account: Account;
  /** What stood at the `{}` of the path. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
  /** Of a multipart body: the fields that are no files. */
  readonly fields: Readonly<Record<string, string>>;
};

/** A text that is answered without the API's envelope. */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Route = readonly [method: string, path: string, answer: (call: Call) => unknown];

export const ROUTES: readonly Route[] = [
  ["GET", "r2/buckets/{}", ({ account, parts }) => bucketOf(account, parts)],
  ["POST", "r2/buckets", ({ account, body }) => createBucket(account, JSON.parse(body))],
  ["DELETE", "r2/buckets/{}", ({ account, parts }) => deleteBucket(account, bucketOf(account, parts))],
  ["GET", "r2/buckets/{}/lifecycle", ({ account, parts }) => ({ rules: bucketOf(account, parts).rules })],
  ["PUT", "r2/buckets/{}/lifecycle", ({ account, parts, body }) => setRules(bucketOf(account, parts), body)],
  ["GET", "storage/kv/namespaces", ({ account }) => [...account.namespaces.values()].map(titleOf)],
  ["POST", "storage/kv/namespaces", ({ account, body }) => createNamespace(account, JSON.parse(body))],
  ["DELETE", "storage/kv/namespaces/{}", ({ account, parts }) => deleteNamespace(account, parts)],
  [
    "GET",
    "storage/kv/namespaces/{}/values/{}",
    ({ account, parts }) => storedValue(namespaceOf(account, parts), parts),
  ],
  ["PUT", "storage/kv/namespaces/{}/values/{}", (call) => putValue(namespaceOf(call.account, call.parts), call)],
  ["GET", "queues", ({ account, query }) => queuesNamed(account, query.getAll("name")).map(queueAnswer)],
  ["POST", "queues", ({ account, body }) => createQueue(account, JSON.parse(body))],
  ["DELETE", "queues/{}", ({ account, parts }) => void account.queues.delete(parts[0] ?? "")],
  ["GET", "queues/{}/consumers", ({ account, parts }) => consumersOf(account, parts)],
  ["POST", "queues/{}/consumers", ({ account, parts, body }) => addConsumer(account, parts, JSON.parse(body))],
  ["PUT", "queues/{}/consumers/{}", () => ({})],
  ["DELETE", "queues/{}/consumers/{}", ({ account, parts }) => removeConsumer(account, parts)],
  ["GET", "workers/services/{}", ({ account, parts }) => serviceOf(account, parts)],
  ["DELETE", "workers/services/{}", ({ account, parts }) => deleteScript(account, parts)],
  ["GET", "workers/workers/{}", ({ parts: [name] }) => ({ id: name, name, subdomain: NO_SUBDOMAIN })],
  ["GET", "workers/scripts/{}/subdomain", () => NO_SUBDOMAIN],
  ["POST", "workers/scripts/{}/subdomain", () => NO_SUBDOMAIN],
  ["GET", "workers/scripts/{}/settings", ({ account, parts }) => scriptOf(account, parts).metadata],
  ["GET", "workers/scripts/{}/secrets", ({ account, parts }) => secretsOf(scriptOf(account, parts))],
  ["PUT", "workers/scripts/{}/secrets", ({ account, parts, body }) => putSecret(account, parts, JSON.parse(body))],
  ["PATCH", "workers/scripts/{}/settings", ({ account, parts, fields }) => patchSettings(account, parts, fields)],
  ["PATCH", "workers/scripts/{}/secrets-bulk", ({ account, parts, body }) => patchSecrets(account, parts, body)],
  ["GET", "workers/scripts/{}/deployments", ({ account, parts }) => deploymentsOf(scriptOf(account, parts))],
  ["GET", "workers/scripts/{}/versions/{}", ({ account, parts }) => versionOf(scriptOf(account, parts), parts)],
  ["PUT", "workers/scripts/{}", ({ account, parts, fields }) => upload(account, parts, fields)],
  ["DELETE", "workers/scripts/{}", ({ account, parts }) => deleteScript(account, parts)],
  ["PUT", "workers/scripts/{}/domains/records", ({ account, parts, body }) => setDomains(account, parts, body)],
  ["POST", "workers/scripts/{}/domains/changeset", () => ({ added: [], removed: [], updated: [], conflicting: [] })],
  ["GET", "workers/scripts/{}/tails", () => []],
  ["GET", "workers/scripts/{}/references", () => ({})],
  ["GET", "workers/domains/records", () => []],
  ["GET", "workers/scripts/{}/schedules", () => ({ schedules: [] })],
];

const NO_SUBDOMAIN = { enabled: false, previews_enabled: false };

function bucketOf({ buckets }: Account, [name = ""]: readonly string[]) {
  return found(buckets.get(name), 10006, "The specified bucket does not exist.");
}

function createBucket(account: Account, { name, locationHint = "enam" }: { name: string; locationHint?: string }) {
  if (account.buckets.has(name)) throw new ApiError(409, 10004, "The bucket you tried to create already exists.");
  const location = account.places.get(name) ?? locationHint.toUpperCase();
  account.places.set(name, location);
  account.buckets.set(name, {
    name,
    location,
    creation_date: "2026-11-28T00:00:00Z",
    storage_class: "Standard",
    rules: [],
  });
  return {};
}

function deleteBucket({ buckets }: Account, { name, isEmpty = true }: Bucket) {
  if (!isEmpty) throw new ApiError(409, 10008, "The bucket you tried to delete is not empty.");
  buckets.delete(name);
}

function setRules(bucket: Bucket, body: string) {
  bucket.rules = (JSON.parse(body) as { readonly rules: readonly Rule[] }).rules;
}

const titleOf = ({ id, title }: Namespace) => ({ id, title });

function namespaceOf({ namespaces }: Account, [id = ""]: readonly string[]) {
  return found(namespaces.get(id), 10013, "namespace not found");
}

function createNamespace(account: Account, { title }: { readonly title: string }) {
  if ([...account.namespaces.values()].some((one) => one.title === title)) {
    throw new ApiError(400, 10014, "a namespace with this account ID and title already exists");
  }
  const namespace = { id: nextId(account), title, values: new Map<string, string>() };
  account.namespaces.set(namespace.id, namespace);
  return titleOf(namespace);
}

function deleteNamespace(account: Account, parts: readonly string[]) {
  account.namespaces.delete(namespaceOf(account, parts).id);
}

function storedValue({ values }: Namespace, [, key = ""]: readonly string[]) {
  return new RawText(found(values.get(key), 10009, "get: 'key not found'"));
}

function putValue({ values }: Namespace, { parts: [, key = ""], fields, body }: Call) {
  values.set(key, fields.value ?? body);
}

function queuesNamed({ queues }: Account, names: readonly string[]): readonly Queue[] {
  return [...queues.values()].filter(({ name }) => names.length === 0 || names.includes(name));
}

function queueAnswer({ id, name, consumer }: Queue) {
  const consumers = consumer === null ? [] : [{ type: "worker", service: consumer, script: consumer, settings: {} }];
  const totals = { producers_total_count: 0, consumers_total_count: consumers.length };
  return {
    queue_id: id,
    queue_name: name,
    producers: [],
    consumers,
    settings: {},
    created_on: "",
    modified_on: "",
    ...totals,
  };
}

function createQueue(account: Account, { queue_name: name }: { readonly queue_name: string }) {
  if (queuesNamed(account, [name]).length > 0) throw new ApiError(409, 11009, `Queue name '${name}' is already taken.`);
  const queue: Queue = { id: nextId(account), name, consumer: null };
  account.queues.set(queue.id, queue);
  return queueAnswer(queue);
}

function consumersOf({ queues }: Account, [id = ""]: readonly string[]) {
  const { consumer } = found(queues.get(id), 11000, "queue not found");
  return consumer === null ? [] : [{ consumer_id: id, type: "worker", script: consumer, settings: {} }];
}

function addConsumer(
  { queues }: Account,
  [id = ""]: readonly string[],
  { script_name }: { readonly script_name: string },
) {
  found(queues.get(id), 11000, "queue not found").consumer = script_name;
  return {};
}

function removeConsumer({ queues }: Account, [id = ""]: readonly string[]) {
  found(queues.get(id), 11000, "queue not found").consumer = null;
}
