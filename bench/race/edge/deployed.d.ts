/** The deployed Worker's own entry. `bundle.ts` resolves it to the module that `wrangler deploy` would upload. */
declare module "firstlight:deployed" {
  type Environment = Readonly<Record<string, unknown>>;
  type Context = { waitUntil(work: Promise<unknown>): void };
  const worker: {
    fetch(request: Request, env: Environment, ctx: Context): Promise<Response>;
    queue(batch: unknown, env: Environment, ctx: Context): Promise<void>;
  };
  export default worker;
  /** The governor object (src/origin/governor/hostGovernor.ts). */
  export class HostGovernor {
    constructor(state: object, env: Environment);
    ask(call: object, where: object): Promise<unknown>;
  }
}

/** The part of the runtime's module that the stores use. */
declare module "cloudflare:workers" {
  export class WorkerEntrypoint {
    fetch(request: Request): Promise<Response>;
  }
}
