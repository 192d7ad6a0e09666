/** The tables of docs/operator/catalogue.md, from the data that the programs use. Pure. */
import { JOB_PACES } from "../../src/catalogue/jobPace.ts";
import { PRICES } from "../../src/catalogue/prices.ts";
import { SERVICES } from "../../src/catalogue/recognition/recogniser.ts";
import { STATUSES } from "../../src/catalogue/status.ts";
import { SUB_PROVIDERS, type SubProvider } from "../../src/catalogue/subProviders/table.ts";
import { BROKEN, SKIPPED } from "../../src/cli/catalogue/manifest/broken.ts";
import { COLUMN_MEANINGS } from "../../src/cli/catalogue/manifest/columns.ts";
import { READY_MAPS } from "../../src/cli/catalogue/manifest/maps/table.ts";
import { FIELD_NAMES, FIELDS, type FieldName } from "../../src/cli/catalogue/outcomes/fields.ts";
import { typesOf } from "../../src/cli/catalogue/postgres/columnTypes.ts";

type Rows = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** By the name of the block in the page. */
export const CATALOGUE_ROWS = {
  catalogueMaps: () => ({
    head: ["map", "what it reads"],
    rows: Object.entries(READY_MAPS).map(([name, { about }]) => [code(name), about]),
  }),
  catalogueColumns: () => pairs("meaning", "what the column has", COLUMN_MEANINGS),
  catalogueBroken: () => pairs("reason", "what is wrong with the line", BROKEN),
  catalogueSkipped: () => pairs("reason", "what is left out", SKIPPED),
  catalogueStatuses: () => ({
    head: ["status", "meaning", "stored", "listed by `dead`", "taken up by `retry`"],
    rows: Object.entries(STATUSES).map(([name, { meaning, stored, dead, retried }]) => [
      code(name),
      meaning,
      ...[stored, dead, retried].map((one) => (one ? "yes" : "")),
    ]),
  }),
  cataloguePaces: () => ({
    head: ["pictures of the host", "requests a second"],
    rows: JOB_PACES.map(({ upToPictures, perSecond }) => [
      Number.isFinite(upToPictures) ? `up to ${upToPictures.toLocaleString("en").replaceAll(",", " ")}` : "more",
      String(perSecond),
    ]),
  }),
  cataloguePrices: () => ({
    head: ["what", "US dollars a million", "read at"],
    rows: Object.values(PRICES).map(({ unit, usdPerMillion, source }) => [unit, String(usdPerMillion), source]),
  }),
  recognitionPrices: () => ({
    head: ["service", "finds", "US dollars a million", "price list of", "read at"],
    rows: Object.entries(SERVICES).map(([name, { finds, usdPerMillion, read, source }]) => [
      ...[code(name), finds, String(usdPerMillion), read, source],
    ]),
  }),
  catalogueSubProviders: () => ({
    head: ["provider", "source", "told by"],
    rows: Object.entries<SubProvider>(SUB_PROVIDERS).map(([name, row]) => [row.provider, code(name), toldBy(row)]),
  }),
  catalogueFields: () => ({
    head: ["fields", "fit columns of the type", "when it is not known"],
    rows: fieldGroups().map((names) => {
      const [{ kind, onNull }] = names.map((name) => FIELDS[name]) as [(typeof FIELDS)[FieldName]];
      const unknown = onNull === "keep" ? "the column keeps its value" : "the column becomes null";
      return [names.map(code).join(", "), typesOf(kind).map(code).join(", "), unknown];
    }),
  }),
} as const satisfies Readonly<Record<string, () => Rows>>;

/** Fields that fit the same columns and mean the same by null. */
function fieldGroups(): readonly (readonly FieldName[])[] {
  const groups = Object.groupBy(FIELD_NAMES, (name) => `${FIELDS[name].kind} ${FIELDS[name].onNull}`);
  return Object.values(groups).map((names) => names ?? []);
}

function toldBy(row: SubProvider): string {
  if (row.by !== "account") return `${code(row.by)} ${row.values.map(code).join(", ")}`;
  return row.accounts.map(({ nsid, aliases }) => [nsid, ...aliases].map(code).join(" or ")).join(", ");
}

function pairs(name: string, what: string, entries: Readonly<Record<string, string>>): Rows {
  return { head: [name, what], rows: Object.entries(entries).map(([key, doc]) => [code(key), doc]) };
}

function code(text: string): string {
  return `\`${text}\``;
}
