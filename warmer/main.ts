/**
 * `npm run warmer`: starts the warmer. It is configured by environment variables (docs/operator/warmer.md); some have a
 * flag too. It prints one line when it is ready. Logs are JSON on standard error.
 */

import { pino } from "pino";
import { readFlags } from "./cli/flags.ts";
import { systemClock } from "./clock.ts";
import { ConfigError, parseConfig } from "./config/parseConfig.ts";
import { drawKey } from "./hint/hintScanner.ts";
import { startWarmer } from "./service.ts";

const USAGE = `Usage: WARM_SECRET=… npm run warmer -- [--port N] [--metrics-port M] [--region NAME=URL …]
  --port N            WARM_LISTEN=127.0.0.1:N; metrics use a free port unless their port is set
  --metrics-port M    METRICS_LISTEN=127.0.0.1:M
  --region NAME=URL   one region of WARM_REGIONS and the Worker that fills it; can be repeated
Flags override variables. All other settings are variables, see docs/operator/warmer.md.
WARM_SECRET is that of the Worker.`;

const log = pino({ name: "warmer" }, pino.destination({ fd: 2, sync: true }));

try {
  const warmer = await startWarmer(parseConfig(environment(process.argv.slice(2))), {
    clock: systemClock,
    log,
    key: drawKey(),
    random: Math.random,
    tls: {},
  });
  const stop = (): void => {
    warmer.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // A process group gets the signal directly and npm forwards it again. The second signal must not interrupt the drain.
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const address = ({ host, port }: { host: string; port: number }): string =>
    host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  console.log(`ready udp://${address(warmer.udp)} metrics http://${address(warmer.metrics)}`);
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(error.message);
    process.exit(2);
  }
  // A system error, such as a port that is in use, explains itself. Any other error needs its stack.
  const system = error instanceof Error && "syscall" in error;
  log.error(system ? { reason: error.message } : { err: error }, "could not start");
  process.exit(1);
}

/** The environment of the process. Flags override variables. */
function environment(args: readonly string[]): Record<string, string | undefined> {
  const { values } = readFlags(USAGE, {
    args,
    options: {
      port: { type: "string" },
      "metrics-port": { type: "string" },
      region: { type: "string", multiple: true },
    },
  });
  const env: Record<string, string | undefined> = { ...process.env };
  if (values.port !== undefined) {
    env.WARM_LISTEN = `127.0.0.1:${values.port}`;
    // A warmer that is started by hand on its own port must not collide with another one on the default metrics port.
    env.METRICS_LISTEN ??= "127.0.0.1:0";
  }
  if (values["metrics-port"] !== undefined) env.METRICS_LISTEN = `127.0.0.1:${values["metrics-port"]}`;
  if (values.region !== undefined) env.WARM_REGIONS = values.region.join(",");
  return env;
}
