/** One signed `POST /purge`. It is tried again if another try may succeed. */
import { callSigned, type SignedCall } from "../signedCall.ts";

export type Step = { readonly deleted: number; readonly cursor: string | null; readonly done: boolean };

export type PurgeCall = SignedCall;

const PURGE = { path: "/purge", variable: "PURGE_SECRET" } as const;

/** Sends the order's fields. Throws as `callSigned` does. */
export function callPurge(order: Readonly<Record<string, unknown>>, call: PurgeCall): Promise<Step> {
  return callSigned(order, PURGE, call, ({ deleted, cursor, done }) => {
    if (typeof deleted !== "number" || typeof done !== "boolean") return undefined;
    return { deleted, cursor: typeof cursor === "string" ? cursor : null, done };
  });
}
