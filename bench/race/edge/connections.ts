/**
 * The limit of connections that wait for headers at once in one invocation. The platform has it (six); the local runtime
 * does not enforce it. https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
 */
import { AsyncLocalStorage } from "node:async_hooks";

export const MAX_CONNECTIONS = 6;

/** The connections of one invocation. Who comes when none is free waits in the order of coming. */
export class Connections {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free = MAX_CONNECTIONS) {
    this.#free = free;
  }

  /** Runs `call` when a connection is free, and holds it until `call` has ended. */
  async hold<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

const INVOCATION = new AsyncLocalStorage<Connections>();

/** Runs one invocation of the Worker with connections of its own. */
export function invoke<T>(work: () => T): T {
  return INVOCATION.run(new Connections(), work);
}

/** Holds a connection of the present invocation. Outside of any, nothing is limited. */
export function hold<T>(call: () => Promise<T>): Promise<T> {
  const connections = INVOCATION.getStore();
  return connections === undefined ? call() : connections.hold(call);
}
