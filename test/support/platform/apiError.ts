/** Errors and ids of the stand-in of the platform. */
import type { Account } from "./account.ts";

/** An error of the API: HTTP status, the API's own code, its message. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A known status and code of the API, so that wrangler says what it says in production. */
export const found = <T>(value: T | undefined, code: number, message: string): T => {
  if (value === undefined) throw new ApiError(404, code, message);
  return value;
};

export const nextId = (account: Account) => (++account.ids).toString(16).padStart(32, "0");
export const uuidOf = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
