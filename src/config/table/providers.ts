/** Whether and how providers are asked for their own sizes. */
import { listOf, oneOf } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

export const PROVIDERS = {
  providerSizes: {
    variable: "PROVIDER_SIZES",
    read: oneOf("on", "off"),
    fallback: "on",
    doc: "`on`: a thumbnail is made from the provider's own smaller picture where the Worker knows its address; `off`: always from the original",
  },
  providerRules: {
    variable: "PROVIDER_RULES",
    read: listOf((text) => text),
    fallback: [],
    doc: "Rules for the addresses of providers that are switched: `met` on, `-flickr` off, `europeana=*.example.org` says that Europeana has the pictures of these hosts. `npm run provider` shows what a rule does",
  },
} as const satisfies SomeSettings;
