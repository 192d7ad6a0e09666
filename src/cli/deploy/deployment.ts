/**
 * `deployment.json`: what an operator decided about a deployment. The file is the operator's own. This repository never
 * has one, so a fork can commit it and still pull every update. It has no secrets and no ids: `npm run deploy` finds ids
 * by name.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isLocationHint } from "../../coordinate/regions.ts";

/** The checkout that this program belongs to. */
export const TOP = join(import.meta.dirname, "../../..");

/** Where a deployment's file is unless the command line names another one. */
export const DEPLOYMENT_FILE = join(TOP, "deployment.json");

export type Deployment = {
  /** Host name at which the Worker answers. */
  readonly domain: string;
  /** Deployed regions. The primary bucket is in the first one. */
  readonly regions: readonly string[];
  /** Account id; empty = the only one that the login has. */
  readonly account: string;
  /** Variables over those of `wrangler.toml`. */
  readonly vars: Readonly<Record<string, string>>;
  /** Names of buckets over those of `wrangler.toml`, by binding. */
  readonly buckets: Readonly<Record<string, string>>;
  /** Names of buckets that may stay where they are, although their region is another place. */
  readonly acceptedPlaces: readonly string[];
};

export const NEW_DEPLOYMENT: Deployment = {
  ...{ domain: "", account: "", vars: {}, buckets: {}, acceptedPlaces: [] },
  regions: ["enam", "weur", "apac", "oc"],
};

const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$/;

/** What is wrong with the value of a field; null = nothing. */
const CHECKS = {
  domain: (value) => (isText(value) && HOST.test(value) ? null : "must be a host name, such as img.example.org"),
  regions: (value) => regionsProblem(value),
  account: (value) => (isText(value) ? null : "must be a text"),
  vars: (value) => (isTable(value) ? null : "must be an object of texts"),
  buckets: (value) => (isTable(value) ? null : "must be an object of texts"),
  acceptedPlaces: (value) => (Array.isArray(value) && value.every(isText) ? null : "must be a list of texts"),
} as const satisfies Readonly<Record<keyof Deployment, (value: unknown) => string | null>>;

/** The text of the file -> its content, with defaults for what it leaves out. Throws Error that lists every problem. */
export function parseDeployment(text: string): Deployment {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("it is no JSON object");
  const known = Object.keys(CHECKS);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  const given: Deployment = { ...NEW_DEPLOYMENT, ...value };
  const problems = [
    ...unknown.map((key) => `${key} is not known here; known are ${known.join(", ")}`),
    ...deploymentProblems(given),
  ];
  if (problems.length > 0) throw new Error(problems.join("; "));
  return given;
}

/** Everything that is wrong with a deployment, one text each. */
export function deploymentProblems(deployment: Deployment): readonly string[] {
  return (Object.keys(CHECKS) as (keyof Deployment)[]).flatMap((key) => {
    const wrong = CHECKS[key](deployment[key]);
    return wrong === null ? [] : [`${key} ${wrong}, not ${JSON.stringify(deployment[key])}`];
  });
}

/** The file's content; null when there is no file. Throws Error that names the file. */
export function readDeployment(path: string): Deployment | null {
  if (!existsSync(path)) return null;
  try {
    return parseDeployment(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Writes what differs from the defaults, and domain and regions always. */
export function writeDeployment(path: string, deployment: Deployment): void {
  const { domain, regions, ...rest } = deployment;
  const set = Object.entries(rest).filter(([key, value]) => {
    return JSON.stringify(value) !== JSON.stringify(NEW_DEPLOYMENT[key as keyof Deployment]);
  });
  const text = `${JSON.stringify({ domain, regions, ...Object.fromEntries(set) }, null, 2)}\n`;
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

function regionsProblem(value: unknown): string | null {
  const isList =
    Array.isArray(value) && value.length > 0 && value.every((name) => isText(name) && isLocationHint(name));
  const isRight = isList && new Set(value).size === value.length;
  return isRight ? null : "must be different ones of enam, wnam, weur, eeur, apac, oc";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}
