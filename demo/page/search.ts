/** The search box: hides cards that do not match while the visitor types. Without scripts the form loads a new page. */

/** Filters the cards of `grid` by the words in `box`. */
export function watchSearch(box: HTMLInputElement, grid: HTMLElement): void {
  const cards = [...grid.querySelectorAll<HTMLElement>(".card")];
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const card of cards) {
      const text = card.dataset.text ?? "";
      card.hidden = !words.every((word) => text.includes(word));
      if (!card.hidden) shown += 1;
    }
    setText("count", String(shown));
    setText("noun", shown === 1 ? "photograph" : "photographs");
  });
}

function setText(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element !== null) element.textContent = text;
}
