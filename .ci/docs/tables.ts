/** The tables in docs/ that are printed from the data the code runs on. Pure. */
import { Counter, Gauge } from "prom-client";
import type { Setting } from "../../src/config/setting.ts";
import { SETTINGS } from "../../src/config/table.ts";
import { ANSWERS } from "../../src/errors.ts";
import { formatRows } from "../../src/image/formats/registry.ts";
import type { NoRule, Rule } from "../../src/origin/providers/rule.ts";
import { PROVIDERS } from "../../src/origin/providers/table.ts";
import { RANGES, type Range } from "../../src/policy/address.ts";
import type { Grammar } from "../../src/request/grammars/grammar.ts";
import { GRAMMARS } from "../../src/request/grammars/table.ts";
import type { ImageRequest } from "../../src/request/imageRequest.ts";
import { DEFAULTS, namedOptions } from "../../src/request/options/applyOption.ts";
import type { UnsignedRule } from "../../src/request/options/option.ts";
import { WITHOUT_EFFECT } from "../../src/request/options/withoutEffect.ts";
import { VARIABLES } from "../../warmer/config/variables.ts";
import { REJECTIONS } from "../../warmer/hint/rejections.ts";
import { Counts } from "../../warmer/observe/counts.ts";
import { createRegistry } from "../../warmer/observe/metrics.ts";
import { CATALOGUE_ROWS } from "./catalogue.ts";
import { costRows } from "./costs.ts";
import { eventColumns, LOG_FIELDS } from "./events.ts";
import { imgproxyRows } from "./imgproxy.ts";
import { lookUpRows } from "./lookUp.ts";

const AUTHORITIES = {
  signature: "a signature",
  list: "the list of allowed sources",
  header: "the secret header",
} as const satisfies Record<ImageRequest["authority"], string>;

const UNSIGNED = {
  free: "as asked",
  sides: "the ladder's size",
  qualities: "the ladder's quality",
  refusable: "as asked; refusable",
  signed: "refused",
} as const satisfies Record<UnsignedRule, string>;

/** Name of a block in docs/ -> its Markdown. */
export const TABLES: Readonly<Record<string, () => string>> = {
  options: () =>
    table(
      ["option", "short", "arguments", "what it does", "unsigned"],
      namedOptions().map(({ name, short, args, doc, unsigned }) => [
        code(name),
        short.map(code).join(" "),
        args.map((arg) => `${code(arg.name)} ${arg.limit}`).join("<br>"),
        doc,
        UNSIGNED[unsigned],
      ]),
    ),
  imgproxy: () => table(["imgproxy's option", "short", "here"], imgproxyRows()),
  withoutEffect: () =>
    table(
      ["option", "short", "value", "why"],
      Object.entries(WITHOUT_EFFECT).map(([name, { short, limit, doc }]) => [
        code(name),
        short.map(code).join(" "),
        limit,
        doc,
      ]),
    ),
  defaults: () =>
    table(
      ["value", "default"],
      Object.entries(DEFAULTS).map(([name, value]) => [name, code(JSON.stringify(value))]),
    ),
  grammars: () =>
    table(
      ["grammar", "form", "written by", "permitted by"],
      Object.entries(GRAMMARS).map(([name, { form, doc, authorities }]) => [
        name,
        code(form),
        doc,
        authorities.map((authority) => AUTHORITIES[authority]).join(", or "),
      ]),
    ),
  photon: () => parametersOf("photon"),
  cloudflare: () => parametersOf("cloudflare"),
  next: () => parametersOf("next"),
  ipx: () => parametersOf("ipx"),
  wsrv: () => parametersOf("wsrv"),
  errors: () =>
    table(
      ["code", "status", "message", "kept for"],
      Object.entries(ANSWERS).map(([reason, { status, message, cacheSeconds }]) => [
        code(reason),
        String(status),
        message,
        cacheSeconds === 0 ? "not kept" : `${cacheSeconds} s`,
      ]),
    ),
  costs: () => {
    const { head, rows } = costRows();
    return table(head, rows);
  },
  lookUp: () => {
    const { head, rows } = lookUpRows();
    return table(head, rows);
  },
  formats: () => table(["kind", "answer", "taken as"], formatRows()),
  variables: () =>
    table(
      ["variable", "default", "what it does"],
      Object.values(SETTINGS).map((setting: Setting<unknown>) => [
        code(setting.variable),
        fallbackText(setting),
        `${setting.secret ? "**Secret.** " : ""}${setting.doc}`,
      ]),
    ),
  log: () =>
    table(
      ["field", "meaning"],
      Object.entries(LOG_FIELDS).map(([name, doc]) => [code(name), doc]),
    ),
  events: () =>
    table(
      ["column", "name", "meaning"],
      eventColumns().map(([column, name, doc]) => [code(column), name, doc]),
    ),
  ranges: () =>
    table(
      ["range", "what it is", "set aside by", "verdict"],
      RANGES.map((range: Range) => [code(range.cidr), range.what, range.by, refusalReasons(range)]),
    ),
  warmerVariables: () =>
    table(
      ["variable", "default", "what it does"],
      Object.entries(VARIABLES).map(([name, { fallback, doc }]) => [
        code(name),
        fallback === "" ? "unset" : code(fallback),
        doc,
      ]),
    ),
  providers: () =>
    table(
      ["rule", "from the start", "pixels needed", "where it was read"],
      Object.entries<Rule | NoRule>(PROVIDERS).map(([id, row]) =>
        "none" in row
          ? [code(id), "no rule", "", row.none]
          : [code(id), row.sure === 3 ? "on" : "off", `${row.factor} times`, `${row.source} (${row.date})`],
      ),
    ),
  rejections: () =>
    table(
      ["reason", "what it means"],
      Object.entries(REJECTIONS).map(([reason, doc]) => [code(reason), doc]),
    ),
  warmerMetrics: () =>
    table(
      ["metric", "kind", "labels", "what it counts"],
      warmerMetrics().map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(" "), help]),
    ),
  ...Object.fromEntries(
    Object.entries(CATALOGUE_ROWS).map(([name, print]) => [name, () => table(print().head, print().rows)]),
  ),
};

/** The warmer's own metrics, in the order they are exported; those of the process and of Node are prom-client's. */
export function warmerMetrics(): readonly { name: string; type: string; labels: readonly string[]; help: string }[] {
  const none = { evicted: () => 0, map: { version: 0, fetched: 0, failed: 0 }, knownSenders: () => 0, port: () => 0 };
  const metrics = createRegistry({ counts: new Counts(), pushers: [], ...none }).getMetricsAsArray();
  return (metrics as unknown as { name: string; help: string; labelNames: string[] }[])
    .filter(({ name }) => !/_(process|nodejs)_/.test(name))
    .map((metric) => {
      const type = metric instanceof Counter ? "counter" : metric instanceof Gauge ? "gauge" : "histogram";
      return { name: metric.name, type, labels: metric.labelNames, help: metric.help };
    });
}

function parametersOf(name: keyof typeof GRAMMARS): string {
  const { parameters = {} }: Grammar = GRAMMARS[name];
  return table(
    ["parameter", "value", "what it does"],
    Object.entries(parameters).map(([full, { short = [], limit, doc }]) => {
      return [[full, ...short].map(code).join(" "), limit, doc];
    }),
  );
}

const BLOCK = /<!-- generated: (\w+) -->\n[\s\S]*?<!-- end -->/g;

/** A page with all its generated blocks printed anew. Throws Error on a block nobody knows. */
export function withTables(page: string): string {
  return page.replace(BLOCK, (_, name: string) => {
    const print = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
    if (print === undefined) throw new Error(`No table is called ${name}; known are ${Object.keys(TABLES).join(", ")}`);
    return `<!-- generated: ${name} -->\n${print()}\n<!-- end -->`;
  });
}

function refusalReasons({ embeds, bare, isPublic }: Range): string {
  if (isPublic) return "public";
  if (bare) return "the router itself as its IPv4 address, hosts behind it refused";
  return embeds === undefined ? "refused" : "as the IPv4 address in it";
}

function fallbackText({ fallback }: Setting<unknown>): string {
  if (fallback === null || fallback === "" || (Array.isArray(fallback) && fallback.length === 0)) return "unset";
  return code(Array.isArray(fallback) ? fallback.join(",") : String(fallback));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
