/** The Worker's entry: bindings in, answers out. Durable Objects and queues are exported here; nothing else is. */
import { createRouter } from "./app.ts";
import { newIsolateState } from "./context/isolateState.ts";
import { dispatch } from "./jobs/dispatch.ts";

export { CatalogueFeed } from "./catalogue/feed/catalogueFeed.ts";
export { RecognitionLedger } from "./catalogue/recognition/recognitionLedger.ts";
export { RenderCoordinator } from "./coordinate/renderCoordinator.ts";
export { HostGovernor } from "./origin/governor/hostGovernor.ts";
export { RegionWeather } from "./weather/regionWeather.ts";

const isolate = {
  now: () => Date.now(),
  // Not the function itself: workerd's fetch refuses to be called as a method.
  fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
  state: newIsolateState(),
};
const router = createRouter(isolate);

export default {
  fetch: (request, env, ctx) => router.fetch(request, env, ctx),
  queue: (batch, env, ctx) => dispatch(batch, { ...isolate, bindings: env }, ctx),
} satisfies ExportedHandler<Env>;
