/** The head of a page of the demo. Pure. */

/** `script`: name of its module in /page/, null for a page without one. The texts are our own and need no escaping. */
export function headOf(description: string, title: string, script: string | null): string {
  const module = script === null ? "" : `\n<script type="module" src="/page/${script}.js"></script>`;
  return `<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="stylesheet" href="/page/main.css">
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">${module}
</head>`;
}
