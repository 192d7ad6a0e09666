/** The job of the dead-letter queue of recognition: pictures that no consumer could finish are written down as failed. */
import { parseRecogniseOrder, type RecogniseOrder } from "../catalogue/recognition/order.ts";
import { SERVICES } from "../catalogue/recognition/recogniser.ts";
import { jobCaller } from "../context/caller.ts";
import type { QueueJob } from "./queueJob.ts";
import { isRecognised, ledgerOf, storedLabels, storeLabels } from "./recognise/access.ts";
import { labelsOf } from "./recognise.ts";

/** What is stored of a picture stays. Throws what stores and ledger throw: the queue then sends the message again. */
export const unrecognised: QueueJob<RecogniseOrder> = {
  parse: parseRecogniseOrder,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  retrySeconds: 60,
  async run({ pictures }, app) {
    const { labelsService: provider } = app.config;
    const model = { provider, ...SERVICES[provider] };
    const ledger = ledgerOf(app);
    for (const picture of pictures) {
      const known = await storedLabels(app.bindings.R2_PRIMARY, picture.id);
      const isOpen = (await ledger?.isOpen(picture.id)) === true;
      if (!isRecognised(known, model) && isOpen) {
        const failed = await labelsOf(picture, { status: "failed", reason: "dead-letter" }, model, app.now());
        await storeLabels(app.bindings.R2_PRIMARY, failed);
      }
      await ledger?.close(picture.id);
    }
  },
};
