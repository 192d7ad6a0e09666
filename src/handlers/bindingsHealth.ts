/** What `/healthz?bindings` tells. Types and a name only, so that `npm run doctor` can read it. */

/** The query that asks for the bindings too. */
export const WITH_BINDINGS = "bindings";

/** Whether each binding is there that a deployment can lack. `silent`: it is bound, and does not answer. */
export type BindingsHealth = {
  readonly coordinator: boolean;
  readonly governor: boolean;
  readonly masters: boolean;
  /** `off`: WEATHER=off, or fewer than two regions. */
  readonly weather: "bound" | "absent" | "off";
  readonly heavy: "answers" | "silent" | "absent";
};
