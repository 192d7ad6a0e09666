/** A number with its noun, for people: `1 step`, `2 steps`, `0 entries`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
