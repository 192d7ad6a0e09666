/** Says what a bench does now: over the last line of a terminal, else a line each. An empty text ends it. */
export function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}
