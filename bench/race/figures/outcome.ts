/** What became of a picture, from the Cache-Status of its answer (RFC 9211). Pure. */

/** `fetched`: this request asked the source. `joined`: it got what another request made meanwhile. */
export type How = "edge" | "kv" | "region" | "beside" | "primary" | "derived" | "joined" | "fetched" | "failed";

const TIERS = ["edge", "kv", "region", "beside", "primary", "derived"] as const satisfies readonly How[];

/** `cacheStatus`: the text of the header, such as `firstlight; hit; ttl=60; detail=region`. */
export function howOf(cacheStatus: string): How {
  const parameters = cacheStatus.split(";").map((part) => part.trim());
  const parameterOf = (name: string) => parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  if (parameters.includes("hit")) return TIERS.find((name) => name === parameterOf("detail")) ?? "failed";
  if (parameterOf("fwd") !== "miss") return "failed";
  const status = parameterOf("fwd-status");
  if (status === undefined || parameters.includes("collapsed")) return "joined";
  return status === "200" ? "fetched" : "failed";
}

/** Of a hinted picture. `won`: it was there when the reader came. `joined`: it was under way. `lost`: it came too late. */
export type Outcome = "won" | "joined" | "lost";

/** `nowhere`: no store had the picture before, so a copy in the primary is the push's work too. */
export function outcomeOf(how: How, stored: "primary" | "nowhere" | "kept"): Outcome {
  if (how === "joined") return "joined";
  const near = how === "region" || how === "beside" || how === "kv" || how === "edge";
  return near || (stored === "nowhere" && how === "primary") ? "won" : "lost";
}

export type Tally = Readonly<Record<Outcome | "hinted" | "useless", number>>;

/** `made`: hints whose picture the edge has brought to the region. Useless are those that no reader had a use for. */
export function tally(hows: readonly How[], stored: "primary" | "nowhere" | "kept", made: number): Tally {
  const count = { won: 0, joined: 0, lost: 0 };
  for (const how of hows) count[outcomeOf(how, stored)]++;
  return { hinted: hows.length, ...count, useless: Math.max(0, made - count.won - count.joined) };
}
