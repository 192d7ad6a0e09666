/** Ctrl-C and the like end a command between two steps of its work. */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `signal` is aborted by the first of them. A second one ends the process. `end`: they are no longer listened to. */
export function interruption(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const abort = () => {
    end();
    controller.abort();
  };
  const end = () => {
    for (const signal of SIGNALS) process.off(signal, abort);
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  return { signal: controller.signal, end };
}
