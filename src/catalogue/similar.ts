/**
 * Likenesses of pictures in D1, beside the projection of the log: one row for each picture, in the database of its
 * identifier. It is written from the files of `npm run catalogue -- likeness`. Pure.
 */

/** A picture by its identifier, and `<host16>/<source32>` of its address, by which a takedown is looked up. */
export type Named = { readonly id: string; readonly source: string };

export type Similar = Named & {
  /** Null: it is in no cluster. */
  readonly cluster: string | null;
  readonly representative: Named | null;
  /** The nearest first. `distance`: bits of dHash. */
  readonly neighbours: readonly (Named & { readonly distance: number })[];
};

/** Most neighbours of a row, and of an answer. */
export const MOST_NEIGHBOURS = 50;

/** `representative` and `neighbours` are JSON: `[id, source]`, and a list of `[id, source, distance]`. */
export const SIMILAR_SCHEMA =
  "CREATE TABLE IF NOT EXISTS similar (id TEXT PRIMARY KEY, source TEXT, cluster TEXT, representative TEXT, neighbours TEXT) WITHOUT ROWID";

/** Takes one parameter, rows of one shard as `similarRows` writes them. */
export const SIMILAR_UPSERT =
  "INSERT INTO similar SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true " +
  "ON CONFLICT (id) DO UPDATE SET source = excluded.source, cluster = excluded.cluster, " +
  "representative = excluded.representative, neighbours = excluded.neighbours";

/** Takes one parameter, the identifier. */
export const SIMILAR_LOOK_UP = "SELECT id, source, cluster, representative, neighbours FROM similar WHERE id = ?1";

/** Takes an identifier and a number: the identifier that so many rows behind it ends a range. None: the range ends the table. */
export const SIMILAR_BOUND = "SELECT id FROM similar WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2 - 1";

const IN_RANGE = "id > ?1 AND (?2 IS NULL OR id <= ?2)";

/** Takes the range and a pattern of `<host16>/<source32>`: deletes these pictures' own rows. */
export const SIMILAR_DELETE = `DELETE FROM similar WHERE ${IN_RANGE} AND source LIKE ?3`;

/** Takes the same, and text that is in each row which names such a picture: takes its name out of the others' rows. */
export const SIMILAR_FORGET =
  "UPDATE similar SET representative = CASE WHEN representative ->> 1 LIKE ?3 THEN NULL ELSE representative END, " +
  "neighbours = (SELECT json_group_array(json(value)) FROM json_each(similar.neighbours) WHERE value ->> 1 NOT LIKE ?3) " +
  `WHERE ${IN_RANGE} AND (instr(neighbours, ?4) > 0 OR instr(representative, ?4) > 0)`;

export function similarRows(rows: readonly Similar[]): string {
  return JSON.stringify(
    rows.map(({ id, source, cluster, representative, neighbours }) => [
      ...[id, source, cluster, representative && JSON.stringify([representative.id, representative.source])],
      JSON.stringify(neighbours.slice(0, MOST_NEIGHBOURS).map((one) => [one.id, one.source, one.distance])),
    ]),
  );
}

export type SimilarRow = Readonly<Record<"id" | "source" | "neighbours", string>> &
  Readonly<Record<"cluster" | "representative", string | null>>;

/** A row that `SIMILAR_LOOK_UP` has given. */
export function readSimilar({ id, source, cluster, representative, neighbours }: SimilarRow): Similar {
  const named = ([one, of]: readonly [string, string]): Named => ({ id: one, source: of });
  return {
    ...{ id, source, cluster },
    representative: representative === null ? null : named(JSON.parse(representative) as [string, string]),
    neighbours: (JSON.parse(neighbours) as [string, string, number][]).map(([one, of, distance]) => ({
      ...{ id: one, source: of, distance },
    })),
  };
}
