/** What recognition works with: service, ledger, queue and stored labels. Each of them may be absent in a deployment. */
import { type Labels, labelsIndexKey, labelsKey, labelsText, readLabels } from "../../catalogue/recognition/labels.ts";
import type { Recogniser } from "../../catalogue/recognition/recogniser.ts";
import type { RecognitionLedger } from "../../catalogue/recognition/recognitionLedger.ts";
import { rekognition } from "../../catalogue/recognition/services/rekognition.ts";
import { type AiBinding, workersAi } from "../../catalogue/recognition/services/workersAi.ts";
import { BadRecord } from "../../catalogue/record.ts";
import type { App } from "../../context/app.ts";

export type LedgerStub = DurableObjectStub<RecognitionLedger>;

/** Null: keys, or the binding `AI`, are not there. */
export function recogniserOf({ config, bindings, fetch, now }: App): Recogniser | null {
  const { labelsService, labelsTimeoutMs: timeoutMs, awsAccessKeyId, awsSecretAccessKey } = config;
  if (labelsService === "workers-ai") {
    const ai: unknown = Reflect.get(bindings, "AI");
    return isAi(ai) ? workersAi(ai, timeoutMs) : null;
  }
  if (awsAccessKeyId === null || awsSecretAccessKey === null) return null;
  const keys = { accessKeyId: awsAccessKeyId, secretAccessKey: awsSecretAccessKey };
  const { rekognitionRegion: region, rekognitionEndpoint: endpoint } = config;
  return rekognition({ ...keys, region, endpoint }, { fetch, now, timeoutMs });
}

function isAi(value: unknown): value is AiBinding {
  return typeof value === "object" && value !== null && "run" in value;
}

/** One ledger for the deployment: a budget is one sum. Null: it is not bound. */
export function ledgerOf({ bindings }: Pick<App, "bindings">): LedgerStub | null {
  const { RECOGNITION }: Partial<Env> = bindings;
  return RECOGNITION === undefined ? null : RECOGNITION.get(RECOGNITION.idFromName("ledger"));
}

/** Null: there are none. What cannot be read counts as none, and is replaced. */
export async function storedLabels(bucket: R2Bucket, id: string): Promise<Labels | null> {
  const object = await bucket.get(await labelsKey(id));
  if (object === null) return null;
  try {
    const labels = readLabels(await object.text());
    return labels.id === id ? labels : null;
  } catch (error) {
    if (error instanceof BadRecord) return null;
    throw error;
  }
}

export async function storeLabels(bucket: R2Bucket, labels: Labels): Promise<void> {
  const httpMetadata = { contentType: "application/json" };
  // First the index: labels that no takedown finds must not be there.
  if (labels.source !== "") await bucket.put(await labelsIndexKey(labels.source, labels.id), "");
  await bucket.put(await labelsKey(labels.id), labelsText(labels), { httpMetadata });
}

/** Whether the picture need not be sent to this model again. A takedown may have been lifted since. */
export function isRecognised(known: Labels | null, { model }: Pick<Recogniser, "model">): boolean {
  return known !== null && known.status !== "failed" && known.reason !== "blocked" && known.model === model;
}
