/** What this deployment is, and its secrets. */
import { contact, listOf, name, oneOf, secret, whole } from "../read.ts";
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
  weather: {
    variable: "WEATHER",
    read: oneOf("on", "off"),
    fallback: "on",
    doc: "`on`: data centres whose way to their region has become slow read another one (see Weather). It needs two regions; with one it is off. `off`: every data centre reads the region of the fixed table, and nothing is measured, sent or read for it",
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
    doc: "Key that signs `POST /purge` and `POST /weather`. Unset: both answer 404",
  },
  catalogueSecret: {
    variable: "CATALOGUE_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /catalogue`. Unset: `/catalogue` answers 404",
  },
  catalogueChunkSeconds: {
    variable: "CATALOGUE_CHUNK_SECONDS",
    read: whole(1, 300),
    fallback: 60,
    doc: "How long a chunk of a catalogue is meant to take, in seconds. Longer chunks cost less, up to 100 pictures",
  },
  catalogueLeaseSeconds: {
    variable: "CATALOGUE_LEASE_SECONDS",
    read: whole(2, 43_200),
    fallback: 1_800,
    doc: "A chunk of a catalogue that nobody has begun, or reported, is sent again after so many seconds",
  },
  photonAuthentication: {
    variable: "PHOTON_AUTHENTICATION",
    read: secret,
    fallback: null,
    secret: true,
    doc: "With this value in `X-Photon-Authentication`, a request of the photon grammar may reach sources that are not listed",
  },
} as const satisfies SomeSettings;
