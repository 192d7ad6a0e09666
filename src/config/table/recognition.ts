/** Recognition: what is in a picture (docs/operator/recognition.md). */
import { hostAddress, name, oneOf, secret, whole } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

export const RECOGNITION = {
  labelsSecret: {
    variable: "LABELS_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /labels`. Unset: `/labels` answers 404",
  },
  labelsService: {
    variable: "LABELS_SERVICE",
    read: oneOf("rekognition", "workers-ai"),
    fallback: "rekognition",
    doc: "Who says what is in a picture: `rekognition`, or `workers-ai` where the binding `AI` is there",
  },
  labelsBudget: {
    variable: "LABELS_BUDGET",
    read: whole(0, 1_000_000),
    fallback: 0,
    doc: "Dollars that orders without a budget of their own may cost in all. 0: such orders are not worked on",
  },
  labelsPerSecond: {
    variable: "LABELS_PER_SECOND",
    read: whole(1, 1_000),
    fallback: 50,
    doc: "Most calls a second of the service for labels",
  },
  labelsTimeoutMs: {
    variable: "LABELS_TIMEOUT_MS",
    read: whole(100, 60_000),
    fallback: 10_000,
    doc: "How long a call of the service for labels may take. After that it counts as paid, and may be made again",
  },
  rekognitionRegion: {
    variable: "REKOGNITION_REGION",
    read: name,
    fallback: "us-east-1",
    doc: "Region of AWS whose Rekognition is asked",
  },
  rekognitionEndpoint: {
    variable: "REKOGNITION_ENDPOINT",
    read: hostAddress,
    fallback: "",
    doc: "Address of the service, if it is not the region's own",
  },
  awsAccessKeyId: {
    variable: "AWS_ACCESS_KEY_ID",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key of AWS that may call `rekognition:DetectLabels`. Unset: `/labels` answers 404 with `LABELS_SERVICE=rekognition`",
  },
  awsSecretAccessKey: {
    variable: "AWS_SECRET_ACCESS_KEY",
    read: secret,
    fallback: null,
    secret: true,
    doc: "The secret of that key",
  },
} as const satisfies SomeSettings;
