/** What this deployment is, and its secrets. */
import { contact, listOf, name, secret } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

export const DEPLOYMENT = {
  loopId: {
    variable: "LOOP_ID",
    read: name,
    fallback: "edge",
    doc: "Our token in `Via` and `CDN-Loop` is `firstlight-<LOOP_ID>`. If one deployment fetches from another, they need different names",
  },
  contactUrl: {
    variable: "CONTACT_URL",
    read: contact,
    fallback: "",
    doc: "Address where the owner of a source can reach you. It is in the User-Agent. Default: the Worker's own address",
  },
  regions: {
    variable: "REGIONS",
    read: listOf(name),
    fallback: ["enam", "weur", "apac", "oc"],
    doc: "Deployed regions. Each needs a bucket bound as `R2_<NAME>`; a region without one is an error",
  },
  warmSecret: {
    variable: "WARM_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /warm`. Unset: `/warm` answers 404",
  },
  purgeSecret: {
    variable: "PURGE_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /purge`. Unset: `/purge` answers 404",
  },
  photonAuthentication: {
    variable: "PHOTON_AUTHENTICATION",
    read: secret,
    fallback: null,
    secret: true,
    doc: "With this value in `X-Photon-Authentication`, a request of the photon grammar may reach sources that are not listed",
  },
} as const satisfies SomeSettings;
