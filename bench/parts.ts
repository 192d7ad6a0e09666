import { parseArgs } from "node:util";

/**
 * Reads `--quick` and `--only NAME,…` of a bench whose parts have these names. `wanted`: those that are to run, in the order
 * of `names`. Throws Error for an unknown argument or name.
 */
export function chooseParts<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): { readonly quick: boolean; readonly wanted: readonly Name[] } {
  const options = { quick: { type: "boolean" }, only: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const only: readonly string[] = values.only?.split(",") ?? names;
  const unknown = only.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`no part ${unknown}; there are ${names.join(", ")}`);
  return { quick: values.quick === true, wanted: names.filter((name) => only.includes(name)) };
}
