/**
 * uPlot formats numbers in the browser's language as soon as it is loaded. A headless Chromium on a machine without a
 * locale says `en-US@posix`, which is no language tag (RFC 5646), and `Intl` throws. Import this before uPlot.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}

export {};
