/** Figures and text for the page. Pure; server and browser use it. */

/** Text for HTML, in elements and in quoted attributes. Hosts and codes come from third parties. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** `12.3 MB`, in powers of 1000. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** step).toFixed(step === 0 ? 0 : 1)} ${UNITS[step]}`;
}

/** Whole numbers with a thin space between thousands. */
export function numberText(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function percentText(share: number | null): string {
  return share === null ? "none yet" : `${(share * 100).toFixed(1)} %`;
}

export function msText(ms: number | null): string {
  if (ms === null) return "";
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${numberText(ms)} ms`;
}

/** Dollars with as many digits as a small amount needs. */
export function dollarsText(dollars: number | null): string {
  if (dollars === null) return "none yet";
  return `$${dollars.toFixed(dollars === 0 || dollars >= 1 ? 2 : dollars >= 0.01 ? 4 : 6)}`;
}

/** `2026-11-28 15:04 UTC`. */
export function timeText(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export type Column<R> = {
  readonly head: string;
  readonly cell: (row: R) => string;
  /** Right-aligned. */
  readonly isNumber?: boolean;
};

/** A table whose cells are escaped. `caption` is read by screen readers. */
export function tableHtml<R>(caption: string, columns: readonly Column<R>[], rows: readonly R[]): string {
  if (rows.length === 0) return "<p>Nothing yet.</p>";
  const align = ({ isNumber }: Column<R>) => (isNumber === true ? ' class="number"' : "");
  const head = columns.map((column) => `<th scope="col"${align(column)}>${escapeHtml(column.head)}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map((column, at) => {
      const text = escapeHtml(column.cell(row));
      return at === 0 ? `<th scope="row">${text}</th>` : `<td${align(column)}>${text}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const name = escapeHtml(caption);
  return `<div class="scroll" id="table-${name.toLowerCase().replace(/[^a-z]+/g, "-")}" role="region" aria-label="${name}" tabindex="0"><table>
    <caption class="unseen">${name}</caption><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
