/** Routes and the one place where a failure becomes a response. The only file that knows hono. */
import { Hono } from "hono";

/** The Worker's routes. */
export function createApp(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  return app;
}
