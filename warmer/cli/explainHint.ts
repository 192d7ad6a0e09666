import { type Place, regionOf } from "../../src/coordinate/regions.ts";
import { type HintGroup, packHints, pathOf, SIGNATURE_BYTES } from "../client/pack.ts";
import { LOCATION_HINTS } from "../hint/placeTable.ts";
import { MAX_DATAGRAM_BYTES } from "../hint/protocol.ts";

/** The fields of a hint besides its paths, as they were given. */
export type HintFields = { readonly [name: string]: string | undefined };

/** What `regionOf` says of a place it does not know: the first deployed region. */
const NOWHERE = "nowhere";

function isKnown(place: Place): boolean {
  return regionOf(place, [NOWHERE, ...LOCATION_HINTS]) !== NOWHERE;
}

/**
 * Says which paths of a hint would be dropped and why, and what else its sender probably did not mean. One line each.
 * @param signed the datagram has a signature, which takes bytes
 */
export function explainHint(paths: readonly string[], fields: HintFields, signed: boolean): readonly string[] {
  const { region, country, continent, colo, format } = fields;
  const line = JSON.parse(
    JSON.stringify({ r: region, c: country, k: continent, colo, f: format }),
  ) as HintGroup["line"];
  const capacity = MAX_DATAGRAM_BYTES - (signed ? SIGNATURE_BYTES : 0);
  const pack = (path: string) => packHints([{ line, paths: [path] }], Date.now(), capacity);
  const room = capacity - (pack("/").datagrams[0]?.length ?? 0) + 1;
  const seen = new Set<string>();
  const lines = paths.flatMap((given): string[] => {
    const path = pathOf(given);
    if (path === undefined) return [`would be dropped: "${given}": it is not a path`];
    const bytes = JSON.stringify(path).length - 2;
    if (bytes > room)
      return [`would be dropped: "${shortened(given)}": ${bytes} bytes, a datagram has room for ${room}`];
    const repeats = seen.has(path);
    seen.add(path);
    return repeats ? [`would be dropped: "${shortened(given)}": it is given twice`] : [];
  });
  const unknown =
    (country !== undefined && !isKnown({ country }) && `country ${country}`) ||
    (continent !== undefined && !isKnown({ continent }) && `continent ${continent}`) ||
    (colo !== undefined && !isKnown({ colo }) && `data centre ${colo}`);
  return unknown ? [...lines, `no ${unknown} is known: the hint goes to the first region`] : lines;
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
