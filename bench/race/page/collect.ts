/** Runs inside the page, after its `load` event: what the browser has measured. Times are ms since the navigation began. */

/** Resource Timing of one picture (W3C). `timing`: its Server-Timing entries as [name, description]. */
export type MeasuredPicture = {
  readonly address: string;
  readonly initiator: string;
  readonly protocol: string;
  readonly requestStart: number;
  readonly responseStart: number;
  readonly responseEnd: number;
  readonly timing: readonly (readonly [name: string, description: string])[];
};

export type Measured = {
  /** Unix ms of the start of the navigation. */
  readonly origin: number;
  readonly pictures: readonly MeasuredPicture[];
  /** When each picture was drawn (Element Timing), in the order of the page; null if Chromium did not say. */
  readonly drawn: readonly (number | null)[];
  /** Largest Contentful Paint; null if there was none. */
  readonly largestPaint: number | null;
};

/** `count` pictures are waited for, at most `waitMs` after the load. It must not use anything outside of itself. */
export async function collect({ count, waitMs }: { count: number; waitMs: number }): Promise<Measured> {
  const drawn = new Map<string, number>();
  let largestPaint: number | null = null;
  const observers = ["element", "largest-contentful-paint"].map((type) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { identifier?: string; renderTime?: number })[]) {
        if (type === "element") drawn.set(entry.identifier ?? "", entry.renderTime ?? 0);
        else largestPaint = entry.startTime;
      }
    });
    observer.observe({ type, buffered: true });
    return observer;
  });
  const until = performance.now() + waitMs;
  while (drawn.size < count && performance.now() < until) await new Promise((wake) => setTimeout(wake, 20));
  for (const observer of observers) observer.disconnect();
  const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  return {
    origin: performance.timeOrigin,
    pictures: entries.map((entry) => ({
      address: entry.name,
      initiator: entry.initiatorType,
      protocol: entry.nextHopProtocol,
      ...{ requestStart: entry.requestStart, responseStart: entry.responseStart, responseEnd: entry.responseEnd },
      timing: entry.serverTiming.map(({ name, description }) => [name, description] as const),
    })),
    drawn: Array.from({ length: count }, (_, i) => drawn.get(`p${i}`) ?? null),
    largestPaint,
  };
}
