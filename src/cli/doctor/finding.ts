/** What a check found, and the line that is printed. Pure. */

export type Finding = {
  readonly name: string;
  /** `unknown`: it cannot be seen from here; the text says what would make it visible. */
  readonly state: "ok" | "mend" | "unknown";
  readonly text: string;
};

const MARKS = { ok: "ok  ", mend: "MEND", unknown: "?   " } as const satisfies Record<Finding["state"], string>;

export function ok(name: string, text: string): Finding {
  return { name, state: "ok", text };
}

export function mend(name: string, text: string): Finding {
  return { name, state: "mend", text };
}

export function unknown(name: string, text: string): Finding {
  return { name, state: "unknown", text };
}

/** `MEND hotlink: Hotlink Protection refused this request: switch it off for this host`. */
export function findingLine({ name, state, text }: Finding): string {
  return `${MARKS[state]} ${name}: ${text}`;
}
