/** What a queue's job is; dispatch.ts has the table of them. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";

export type QueueJob<Message> = {
  /** Null = not readable: the message is acknowledged and dropped. `delivery` counts from 1. */
  readonly parse: (body: unknown, delivery: number) => Message | null;
  /** For whom the work is done: a real place, origin and own host. */
  readonly callerOf: (message: Message) => Caller;
  /** The messages of a batch are worked on at once. Absent: one after the other. */
  readonly parallel?: boolean;
  /** A message whose work has failed comes again after so many seconds. Absent: as the queue is set. */
  readonly retrySeconds?: number;
  /** Throws when the message shall come again. */
  readonly run: (message: Message, app: App, caller: Caller, job: Job) => Promise<void>;
};
