/** What isolates tell each other of hosts. */
import type { Open } from "./breaker.ts";

export type HostNews = {
  /** The host's open breaker; null = it is closed. */
  readonly open: Open | null;
  /** A host without a rule that has refused: its governor is asked until then (unix ms); 0 = it is not. */
  readonly governedUntil: number;
};

export type HostStore = {
  /** Never rejects. */
  read(host: string): Promise<HostNews>;
  /** Never rejects. */
  write(host: string, news: HostNews, now: number): Promise<void>;
};

export const NO_NEWS: HostNews = { open: null, governedUntil: 0 };
