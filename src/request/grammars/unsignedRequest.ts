/** The request of a grammar that is never signed: the list permits its source, and it gets the ladder's sizes. */
import type { Config } from "../../config/config.ts";
import { snapToLadder } from "../../policy/ladder.ts";
import { DEFAULTS, splitOptions } from "../options/applyOption.ts";
import type { Transform } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";

/** What a URL asks for. Undefined: it does not say. */
export type Wish = { readonly [K in keyof Transform]?: Transform[K] | undefined };

export function unsignedRequest(
  source: string,
  wish: Wish,
  { accept }: Pick<Asked, "accept">,
  config: Config,
): Awaited<ReturnType<Grammar["read"]>> {
  const { transform: defaults, ...rest } = splitOptions(DEFAULTS);
  const said = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
  const transform: Transform = { ...defaults, ...said };
  return {
    ...rest,
    source,
    transform: snapToLadder(transform, config),
    authority: "list",
    accept,
    negotiated: transform.format === "auto",
  };
}
