/** The cards of the third parties: how often each was asked, and the button that stops one of them. */

type State = { readonly id: string; readonly alive: boolean; readonly asked: number };

const EVERY_MS = 2_000;

/** Updates the cards while the page is visible. */
export function watchSources(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-mortal]")) {
    button.form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      await fetch((event.target as HTMLFormElement).action, {
        method: "POST",
        headers: { accept: "application/json" },
      });
      await refresh().finally(() => (button.disabled = false));
    });
  }
  setInterval(() => {
    if (!document.hidden) refresh().catch(() => undefined);
  }, EVERY_MS);
}

async function refresh(): Promise<void> {
  const states = (await (await fetch("/sources.json")).json()) as State[];
  for (const { id, alive, asked } of states) {
    const card = document.getElementById(`source-${id}`);
    if (card === null) continue;
    card.dataset.alive = String(alive);
    setText(card, "[data-state]", alive ? "up" : "down");
    setText(card, "[data-asked]", String(asked));
    const button = card.querySelector<HTMLButtonElement>("[data-mortal]");
    if (button?.form == null) continue;
    button.form.action = `/sources/${id}/${alive ? "die" : "revive"}`;
    button.textContent = alive ? "End it now" : "Bring it back";
  }
}

function setText(card: HTMLElement, selector: string, text: string): void {
  const element = card.querySelector(selector);
  if (element !== null && element.textContent !== text) element.textContent = text;
}
