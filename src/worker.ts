/** The Worker's entry: env in, app out. */
import { createApp } from "./app.ts";
import { makeMasters } from "./jobs/masters.ts";

export { Flight } from "./coordinate/renderCoordinator.ts";

const app = createApp();

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  queue: makeMasters,
} satisfies ExportedHandler<Env>;
