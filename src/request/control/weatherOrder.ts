/** The body of `POST /weather`, checked. Pure. */
import { Failure } from "../../errors.ts";
import type { WeatherOrder } from "../../weather/moves.ts";

/**
 * Reads `{"show":true}` (null), `{"set":"MAD","region":"enam"}` (null as the region takes it back), `{"freeze":true}` and
 * `{"exclude":"oc","on":true}`. `deployed`: the regions of the deployment. `isColo`: whether a data centre is in the table.
 * Throws Failure `body_invalid` that names the field.
 */
export function readWeatherOrder(
  body: Readonly<Record<string, unknown>>,
  deployed: readonly string[],
  isColo: (code: string) => boolean,
): WeatherOrder | null {
  const given = (["show", "set", "freeze", "exclude"] as const).filter((name) => body[name] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) return refuse("one of show, set, freeze, exclude is needed");
  const { show, set: colo, region = null, freeze, exclude, on } = body;
  if (kind === "show") return show === true ? null : refuse("show must be true");
  if (kind === "freeze") {
    return typeof freeze === "boolean" ? { kind, frozen: freeze } : refuse("freeze must be true or false");
  }
  if (kind === "exclude") {
    const excluded = deployedOf("exclude", exclude, deployed);
    return typeof on === "boolean" ? { kind, region: excluded, excluded: on } : refuse("on must be true or false");
  }
  if (typeof colo !== "string" || !isColo(colo)) {
    return refuse(`set must be a data centre of our table (three capital letters), not ${quoted(colo)}`);
  }
  return { kind, colo, region: region === null ? null : deployedOf("region", region, deployed) };
}

function deployedOf(field: string, value: unknown, deployed: readonly string[]): string {
  if (typeof value === "string" && deployed.includes(value)) return value;
  return refuse(`${field} cannot be ${quoted(value)}: deployed are ${deployed.join(", ")}`);
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 40);
}

function refuse(why: string): never {
  throw new Failure("body_invalid", { why });
}
