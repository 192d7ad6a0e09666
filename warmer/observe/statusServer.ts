import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";

/** What the status server reports. */
export type StatusSources = {
  readonly registry: Registry;
  /** Open connections by region. Ready while at least one region can be reached. */
  readiness(): { readonly ready: boolean; readonly regions: Readonly<Record<string, number>> };
};

/**
 * The HTTP server of `/metrics` (Prometheus text), `/healthz` (the process runs) and `/readyz` (it listens, and at
 * least one region can be reached). One dead region must not take the others out of service.
 */
export function createStatusServer(sources: StatusSources): Server {
  const json = { "Content-Type": "application/json" };
  return createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
    } else if (path === "/healthz") {
      response.writeHead(200, json).end('{"ok":true}');
    } else if (path === "/readyz") {
      const readiness = sources.readiness();
      response.writeHead(readiness.ready ? 200 : 503, json).end(JSON.stringify(readiness));
    } else if (path === "/metrics") {
      sources.registry.metrics().then(
        (text) => response.writeHead(200, { "Content-Type": sources.registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else response.writeHead(404).end();
  });
}
