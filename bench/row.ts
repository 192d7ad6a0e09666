/** One row of the table, and how a figure is judged. */
export type Row = {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  readonly reached: boolean;
  /** The figures behind the row, for the JSON. */
  readonly values: Readonly<Record<string, number | readonly number[]>>;
};

export type BenchOptions = { readonly quick: boolean; readonly say: (text: string) => void };

export type Judgement = {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly better: "higher" | "lower";
  readonly unit?: string;
  /** Digits after the point. Default 0. */
  readonly digits?: number;
  /** More about the figure, in brackets. */
  readonly detail?: string;
  readonly values?: Row["values"];
};

/** Compares the figure as it is, not as it is printed. NaN reaches nothing. */
export function judged({ what, value, limit, better, unit = "", digits = 0, detail, values = {} }: Judgement): Row {
  const text = (number: number) => `${number.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
  return {
    what,
    figure: text(value) + (detail === undefined ? "" : ` (${detail})`),
    limit: `${better === "higher" ? ">=" : "<="} ${text(limit)}`,
    reached: better === "higher" ? value >= limit : value <= limit,
    values: { value, limit, ...values },
  };
}
