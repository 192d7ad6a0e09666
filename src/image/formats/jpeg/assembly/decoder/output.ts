/** The output: a row of pixels is made as soon as every component has the source rows that it needs. */
import { convertRow } from "./colour";
import { Component, component } from "./component";
import { resampleRow } from "./plane";

@unmanaged
class Output {
  components: i32;
  model: i32;
  inverted: bool;
  width: i32;
  height: i32;
  /** Next row to make. */
  y: i32;
  pixels: usize;
  capacity: i32;
  /** Rows waiting at `pixels`. */
  filled: i32;
}

const OUTPUT = memory.data(64, 16);
@inline
function output(): Output {
  return changetype<Output>(OUTPUT);
}

/** Rows of `width` pixels (4 bytes each) go to `pixels`, at most `capacity` rows before the driver takes them. */
export function setOutput(components: i32, model: i32, inverted: bool, width: i32, height: i32, pixels: usize, capacity: i32): void {
  const o = output();
  o.components = components;
  o.model = model;
  o.inverted = inverted;
  o.width = width;
  o.height = height;
  o.y = 0;
  o.pixels = pixels;
  o.capacity = capacity;
  o.filled = 0;
}

/** How many rows wait at the output. The call takes them: the next rows begin there again. */
export function takeRows(): i32 {
  const o = output();
  const rows = o.filled;
  o.filled = 0;
  return rows;
}

/** Whether all rows have been made. */
export function finished(): bool {
  return output().y >= output().height;
}

export function outputFull(): bool {
  return output().filled >= output().capacity;
}

/** Makes all rows that can be made now. */
export function makeRows(): void {
  const o = output();
  while (o.y < o.height && o.filled < o.capacity) {
    for (let i = 0; i < o.components; i++) {
      const c = component(i);
      if (c.rows < load<i32>(c.rowEnds + (<usize>o.y << 2))) return;
    }
    for (let i = 0; i < o.components; i++) resampleRow(component(i), o.y, o.width);
    const to = o.pixels + <usize>(o.filled * o.width) * 4;
    convertRow(o.model, component(0).line, component(1).line, component(2).line, component(3).line, to, o.width, o.inverted);
    o.y++;
    o.filled++;
  }
}
