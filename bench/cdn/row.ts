/** One row of the table. */
export type Row = {
  readonly what: string;
  /** What peers do by their own documents; none is run here. "-" if no document says anything comparable. */
  readonly peers: string;
  readonly ours: string;
  readonly target: string;
  readonly pass: boolean;
  /** The figures behind the row, for the JSON. */
  readonly figures: Readonly<Record<string, number | readonly number[]>>;
};

export type BenchOptions = {
  /** Do a tenth of the work. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
};
