/** What the public look-ups by identifier share: the identifier in the path, the rate, and takedowns. */
import { PROJECTION_SCHEMA, PROJECTION_SOURCE, shardOfId } from "../../catalogue/projection.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import { Failure } from "../../errors.ts";
import { databaseOf } from "../../jobs/catalogue/chunkLog.ts";
import { limitMisses, refuseOverRate } from "../../policy/rate.ts";
import { isTakenDown } from "../../policy/storedAccess.ts";

const MOST_CHARACTERS = 128;
/** Nobody has signed for a look-up. */
const UNSIGNED = { authority: "list" } as const;

/** The identifier behind `prefix`, percent-decoded. Throws Failure `url_invalid`. */
export function askedId(url: string, prefix: string): string {
  let id = "";
  try {
    id = decodeURIComponent(new URL(url).pathname.slice(prefix.length));
  } catch {
    throw new Failure("url_invalid", { why: "its identifier is not percent-encoded UTF-8" });
  }
  if (id.length < 1 || id.length > MOST_CHARACTERS) {
    throw new Failure("url_invalid", {
      why: `its identifier has ${id.length} characters, not 1 to ${MOST_CHARACTERS}`,
    });
  }
  return id;
}

/** Counts a look-up as a miss of the caller. Throws Failure `rate_limited`. */
export async function limitLookUps({ bindings, state, now }: App, caller: Caller): Promise<void> {
  refuseOverRate(UNSIGNED, caller, state.overRate, now());
  await limitMisses(UNSIGNED, caller, bindings, state.overRate, now());
}

/**
 * The answer for an identifier of which nothing is known: a takedown has deleted it, or it was never there. The projection of
 * the log says whose it is. Throws Failure `blocked` or `not_found`.
 */
export async function refuseUnknown(id: string, app: App): Promise<never> {
  await refuseTakenDown(id, app);
  throw new Failure("not_found");
}

/** Throws Failure `blocked` when the projection of the log knows the picture's source and that was taken down. */
export async function refuseTakenDown(id: string, { bindings, config }: App): Promise<void> {
  const database = databaseOf(bindings, shardOfId(id));
  // A database that has never been written to has no table yet.
  await database?.prepare(PROJECTION_SCHEMA).run();
  const row = await database?.prepare(PROJECTION_SOURCE).bind(id).first<{ readonly source: string }>();
  if (row != null && isTakenDown(row.source, config)) throw new Failure("blocked");
}
