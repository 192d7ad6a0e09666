/** Where one rectangle goes inside another one. */
import type { Gravity } from "../../request/transform.ts";
import type { Size } from "../picture.ts";

/** Where the inner rectangle goes: at the compass point with offsets, or around the focus point. Always inside. */
export function place(outer: Size, inner: Size, gravity: Gravity, dpr: number): { left: number; top: number } {
  const room = { x: outer.width - inner.width, y: outer.height - inner.height };
  if (gravity.kind !== "compass") {
    // The engine has put a point in the place of `smart`. Whoever only asks for sizes gets the middle.
    const { x, y } = gravity.kind === "focus" ? gravity : { x: 0.5, y: 0.5 };
    return {
      left: clamp(Math.round(outer.width * x - inner.width / 2), room.x),
      top: clamp(Math.round(outer.height * y - inner.height / 2), room.y),
    };
  }
  const offset = (value: number, side: number) => Math.round(Math.abs(value) >= 1 ? value * dpr : value * side);
  const dx = offset(gravity.x, outer.width);
  const dy = offset(gravity.y, outer.height);
  const [horizontal, vertical] = EDGES[gravity.at];
  return {
    left: clamp(along(horizontal, room.x, dx), room.x),
    top: clamp(along(vertical, room.y, dy), room.y),
  };
}

export type Edge = "start" | "middle" | "end";

export const EDGES = {
  ce: ["middle", "middle"],
  no: ["middle", "start"],
  so: ["middle", "end"],
  ea: ["end", "middle"],
  we: ["start", "middle"],
  noea: ["end", "start"],
  nowe: ["start", "start"],
  soea: ["end", "end"],
  sowe: ["start", "end"],
} as const satisfies Record<string, readonly [Edge, Edge]>;

/** An offset from an edge moves inwards. An offset from the middle moves right or down. */
function along(edge: Edge, room: number, offset: number): number {
  if (edge === "start") return offset;
  return edge === "end" ? room - offset : Math.floor((room + 1) / 2) + offset;
}

function clamp(value: number, room: number): number {
  return Math.max(0, Math.min(room, value));
}

/** Halves go to the even neighbour, as imgproxy rounds lengths. */
export function roundHalfToEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
