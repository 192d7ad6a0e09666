import type { Logger } from "pino";

/** The part of pino that modules below main use. */
export type Log = Pick<Logger, "info" | "warn" | "error">;
