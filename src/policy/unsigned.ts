/** Options that an operator refuses to unsigned requests (`UNSIGNED_REFUSED`). Pure. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { isDefault, type OptionTable } from "../request/options/option.ts";
import { OPTIONS } from "../request/options/table.ts";

type Asked = Pick<ImageRequest, "transform" | "cachebuster" | "authority">;

/** Names that `UNSIGNED_REFUSED` takes: options with any number of values for one picture, sorted. */
export function refusableOptions(table: OptionTable = OPTIONS): readonly string[] {
  const rows = Object.values(table).filter((row) => row.effect !== "delivery" && row.unsigned === "refusable");
  return rows.map(({ name }) => name).sort();
}

/** What is wrong with a list of names for `UNSIGNED_REFUSED`, one text for each name that is not refusable. */
export function unknownRefusals(names: readonly string[], table: OptionTable = OPTIONS): readonly string[] {
  const known = refusableOptions(table);
  const unknown = names.filter((name) => !known.includes(name));
  return unknown.map((name) => `UNSIGNED_REFUSED: "${name}" is none of ${known.join(", ")}`);
}

/**
 * Throws Failure `option_not_allowed` for an option that needs a signature when the request has none, and for the first
 * option of `UNSIGNED_REFUSED` when neither a signature nor the secret header permits the request. A value that is the
 * default uses no option.
 */
export function refuseUnsigned(
  { transform, cachebuster, authority }: Asked,
  { unsignedRefused }: Pick<Config, "unsignedRefused">,
  table: OptionTable = OPTIONS,
): void {
  if (authority === "signature") return;
  const values: Readonly<Record<string, unknown>> = { ...transform, cachebuster };
  const used = Object.entries(table).flatMap(([field, row]) =>
    row.effect === "delivery" || isDefault(row, values[field]) ? [] : [row],
  );
  const isRefused = (name: string) => authority === "list" && unsignedRefused.includes(name);
  const option = used.find(({ name, unsigned }) => unsigned === "signed" || isRefused(name))?.name;
  if (option !== undefined) throw new Failure("option_not_allowed", { option });
}
