/** Asks a source at the addresses of its provider's own sizes, the smallest that is enough first, the original last. */
import type { MemoryReservation } from "../../concurrency/memoryReservation.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import type { Job } from "../../context/job.ts";
import { asFailure, Failure } from "../../errors.ts";
import { Deadline } from "../../origin/deadline.ts";
import { type Candidate, ORIGINAL } from "../../origin/providers/candidate.ts";
import { isBlocked } from "../../policy/storedAccess.ts";
import { finalAddressOf } from "../../store/schema/finalAddress.ts";
import type { Described } from "../../store/sourceMeta.ts";
import type { Miss } from "../miss.ts";
import { MissGovernors } from "../missGovernors.ts";
import { CandidateList } from "./candidateList.ts";
import { describe } from "./describe.ts";
import { type Exchange, type Fetched, fetchVariant, openExchange } from "./fetchVariant.ts";
import { fitBytes } from "./fitBytes.ts";
import { nextAfter } from "./nextAfter.ts";

type Wish = Pick<Miss, "request" | "store" | "stale" | "governors">;

/**
 * The first answer with enough pixels for the request, or the word that the copy in hand still holds. All addresses
 * together have the time of one source. Throws Failure: the original's, or that of a host which cannot be reached.
 */
export async function walk(
  wish: Wish,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<Fetched> {
  const deadline = new Deadline(app.config.sourceTimeoutMs, app.now);
  const list = new CandidateList(wish, app);
  const governors = wish.governors ?? new MissGovernors(app, caller, job);
  const before = job.trace.bytesIn;
  try {
    governors.askAhead(wish.store.sourceHost, { onlyFar: false });
    await deadline.pause(list.learn());
    const exchange = await deadline.pause(openExchange(wish, app, caller, job, memory, governors, deadline));
    const { fresh, failure } = await describe(list, exchange, wish, app);
    for (let last = failure; ; ) {
      const candidate = list.next();
      if (candidate === null) throw last ?? new Failure("internal", {}, "no candidate is left");
      const answer = await ask(candidate, list, exchange, wish, app, job, memory);
      if (!(answer instanceof Failure)) return noted(answer, fresh, job);
      last = answer;
    }
  } finally {
    deadline.stop();
    governors.giveBack();
    list.end();
    job.trace.bytesSaved = list.bytesSaved(job.trace.bytesIn - before);
  }
}

/** The answer with what was learnt on the way; the trace says which variant it is. */
function noted(answer: Fetched, described: Described | undefined, { trace }: Job): Fetched {
  trace.sourceVariant = answer.kind === "same" ? answer.renewed.meta.variant : answer.variant;
  return answer.kind === "same" || described === undefined ? answer : { ...answer, described };
}

/** The answer, or the failure after which another candidate may be asked. Throws the failure that ends the walk. */
async function ask(
  candidate: Candidate,
  list: CandidateList,
  exchange: Exchange,
  wish: Wish,
  app: App,
  job: Job,
  memory: MemoryReservation,
): Promise<Fetched | Failure> {
  const { request, store } = wish;
  const isOriginal = candidate.variant === ORIGINAL;
  await refuseBlocked(candidate, wish, app);
  if (isOriginal) {
    // What is remembered of the original's own file is not found out again.
    const remembered = await store.negative();
    if (remembered !== null) throw remembered;
  }
  try {
    const fetched = await fetchVariant(candidate, exchange, wish, app, job, memory);
    if (fetched.kind === "same" || isOriginal) {
      list.answered(candidate, fetched.kind === "bytes");
      return fetched;
    }
    // The picture has changed: what its size was does not count.
    const original = fetched.generation === list.meta?.generation ? list.original : null;
    const fitting = await fitBytes(fetched.bytes, candidate, request.transform, original).catch((error) => {
      // Too little has come for a header: that is no fault of the rule.
      throw fetched.truncated ? new Failure("source_broken", {}, "cut") : error;
    });
    if (fitting.kind === "fits") {
      list.answered(candidate, true);
      return { ...fetched, fitted: fitting };
    }
    if (fitting.kind === "another picture") list.skipToOriginal();
    else list.tooSmall(fitting.shape);
    return new Failure("internal", {}, `${candidate.variant}: ${fitting.kind}`);
  } catch (error) {
    const failure = asFailure(error);
    const after = nextAfter(failure);
    if (isOriginal || after.next === "end" || exchange.deps.deadline?.signal.aborted) throw error;
    list.failed(candidate, failure, after);
    return failure;
  }
}

/** Somebody may have taken the picture down since the walk began. Throws Failure `blocked`. */
async function refuseBlocked({ url }: Candidate, { store }: Wish, app: App): Promise<void> {
  const config = await app.latestConfig();
  const address = await finalAddressOf(url);
  if ([store.keys, address].some((one) => isBlocked(one, config))) throw new Failure("blocked");
}
