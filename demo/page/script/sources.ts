/** The cards of the third parties: how often each was asked. Killing one is a form and a new page. */
import { askedText } from "../html/sourceCard.ts";
import { setText } from "./summary.ts";

type State = { readonly id: string; readonly alive: boolean; readonly asked: number; readonly askedFor: number };

const EVERY_MS = 2_000;

/** Updates the cards now, and then while the page is visible. */
export function watchSources(): void {
  const update = () => refresh().catch(() => undefined);
  update();
  setInterval(() => document.hidden || update(), EVERY_MS);
}

/** Call it when pictures have arrived. */
export async function refresh(): Promise<void> {
  const states = (await (await fetch("/sources.json")).json()) as State[];
  for (const { id, asked, askedFor } of states) {
    setText(document.querySelector(`#source-${id} [data-asked]`), askedText(asked, askedFor));
  }
  const sum = (of: (state: State) => number) => states.reduce((total, state) => total + of(state), 0);
  const [asked, pictures] = [sum((state) => state.asked), sum((state) => state.askedFor)];
  const text = asked === 0 ? "not asked yet" : asked === pictures ? "asked once" : `asked ${asked} times`;
  setText(document.getElementById("asked"), text);
  setText(document.getElementById("asked-label"), askedLabel(asked, pictures));
}

function askedLabel(asked: number, pictures: number): string {
  if (asked === 0) return "each source, for each picture";
  return `${asked === pictures ? "each source, for each of" : "the sources, for"} ${pictures} pictures since the start`;
}
