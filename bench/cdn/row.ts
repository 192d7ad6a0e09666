/** One line of the table: what it is about, what peers do by their own documents, what we measured. */
export type Row = {
  readonly what: string;
  /** From their documents, not run here; "-" where no document says anything comparable. */
  readonly peers: string;
  readonly ours: string;
  readonly target: string;
  readonly pass: boolean;
  /** The figures behind it, for the JSON. */
  readonly figures: Readonly<Record<string, number | readonly number[]>>;
};

export type BenchOptions = {
  /** A tenth of the work, for a look. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
};
