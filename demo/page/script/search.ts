/** The search box: hides cards that do not match while the reader types. Without scripts the form loads a new page. */
import { matches } from "../words.ts";
import { setText } from "./summary.ts";

/** Filters the cards of `grid` by the words in `box`. */
export function watchSearch(box: HTMLInputElement, grid: HTMLElement): void {
  const cards = [...grid.querySelectorAll<HTMLElement>(".card")];
  const nothing = document.getElementById("nothing");
  const filter = () => {
    let shown = 0;
    for (const card of cards) {
      card.hidden = !matches(card.dataset.text ?? "", box.value);
      if (!card.hidden) shown += 1;
    }
    setText(document.getElementById("count"), String(shown));
    setText(document.getElementById("noun"), shown === 1 ? "photograph" : "photographs");
    setText(document.getElementById("asked-for"), box.value);
    if (nothing !== null) nothing.hidden = shown > 0;
  };
  box.addEventListener("input", filter);
  nothing?.addEventListener("click", (event) => {
    if (!(event.target instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    box.value = event.target.dataset.word ?? "";
    box.focus();
    filter();
  });
}
