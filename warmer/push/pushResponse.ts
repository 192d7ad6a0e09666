/** One response: its status, its body as text, and whether the server keeps the connection open. */
export type PushResponse = { readonly status: number; readonly body: string; readonly keepAlive: boolean };

/** Whether the edge took the push. */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}
