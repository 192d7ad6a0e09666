/** Progress on standard error: on a terminal one line that is written over, elsewhere a line a second. */

const EVERY_MS = 1_000;
let last = 0;
let open = false;

/** null ends the line, so that a message can follow. */
export function progressLine(text: string | null): void {
  const { stderr } = process;
  if (text === null) {
    if (open && stderr.isTTY) stderr.write("\n");
    [open, last] = [false, 0];
    return;
  }
  const now = performance.now();
  if (last > 0 && now - last < (stderr.isTTY ? EVERY_MS / 10 : EVERY_MS)) return;
  last = now;
  open = true;
  if (stderr.isTTY) stderr.write(`\r\x1b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
  else stderr.write(`${text}\n`);
}
