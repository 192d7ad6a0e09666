/** Whether a text is an absolute http or https URL, as the Worker reads a source: `http:/x` is understood. */
export function isHttpUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
