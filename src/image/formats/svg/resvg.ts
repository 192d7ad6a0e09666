/**
 * The engine resvg (@resvg/resvg-wasm, Rust). The package keeps one instance for ever; so we call the raw exports, and
 * drop the instance like that of every other engine.
 */
import module from "@resvg/resvg-wasm/index_bg.wasm";
import { defineEngine, exportsOf } from "../../engines.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  __wbindgen_add_to_stack_pointer(bytes: number): number;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(at: number, bytes: number, align: number): void;
  __wbindgen_exn_store(handle: number): void;
  resvg_new(result: number, svg: number, options: number, optionsBytes: number, fonts: number): void;
  resvg_render(result: number, resvg: number): void;
  renderedimage_width(image: number): number;
  renderedimage_height(image: number): number;
  renderedimage_pixels(image: number): number;
  __wbg_renderedimage_free(image: number): void;
  __wbg_resvg_free(resvg: number): void;
};

/** RGBA with premultiplied alpha. The bytes are the engine's own. */
export type Drawn = { readonly width: number; readonly height: number; readonly data: Uint8Array };

export type Resvg = {
  /**
   * Draws a document at the size that its root has. `take` may change the pixels, which are gone when it returns. Throws
   * what the engine says, or its trap.
   */
  draw(svg: string, fonts: readonly Uint8Array[], fontFamily: string, take: (drawn: Drawn) => void): void;
};

export const resvgEngine = defineEngine("resvg", () => {
  const handles = new Handles();
  let wasm: Exports | null = null;
  const exports = () => {
    if (wasm === null) throw new Error("resvg has not started");
    return wasm;
  };
  wasm = exportsOf<Exports>(module, { wbg: importsOf(handles, exports) });
  return { value: { draw: drawWith(handles, wasm) } satisfies Resvg, memory: wasm.memory };
});

function drawWith(handles: Handles, wasm: Exports): Resvg["draw"] {
  /** Calls a function that writes a value, or an error, to where its first argument points. */
  const call = (write: (result: number) => void): number => {
    const result = wasm.__wbindgen_add_to_stack_pointer(-16);
    try {
      write(result);
      const [value = 0, error = 0, failed = 0] = new Int32Array(wasm.memory.buffer, result, 3);
      if (failed !== 0) throw handles.take(error);
      return value >>> 0;
    } finally {
      wasm.__wbindgen_add_to_stack_pointer(16);
    }
  };
  return (svg, fonts, fontFamily, take) => {
    const font = { loadSystemFonts: false, defaultFontFamily: fontFamily };
    const options = new TextEncoder().encode(JSON.stringify({ fitTo: { mode: "original" }, font }));
    const at = wasm.__wbindgen_malloc(options.length, 1);
    new Uint8Array(wasm.memory.buffer, at, options.length).set(options);
    const document = handles.add(svg);
    const resvg = call((result) => wasm.resvg_new(result, document, at, options.length, handles.add([...fonts])));
    const image = call((result) => wasm.resvg_render(result, resvg));
    const width = wasm.renderedimage_width(image) >>> 0;
    const height = wasm.renderedimage_height(image) >>> 0;
    take({ width, height, data: handles.take(wasm.renderedimage_pixels(image)) as Uint8Array });
    wasm.__wbg_renderedimage_free(image);
    wasm.__wbg_resvg_free(resvg);
  };
}

/** Values of JavaScript that the engine knows by number, as wasm-bindgen has it. The first numbers are constants. */
class Handles {
  readonly #values = new Map<number, unknown>([
    [128, undefined],
    [129, null],
    [130, true],
    [131, false],
  ]);
  #next = 132;

  add(value: unknown): number {
    this.#values.set(this.#next, value);
    return this.#next++;
  }

  get(handle: number): unknown {
    return this.#values.get(handle);
  }

  take(handle: number): unknown {
    const value = this.#values.get(handle);
    if (handle >= 132) this.#values.delete(handle);
    return value;
  }
}

/** The imports by name. Their names end in a hash of the version. */
function importsOf(handles: Handles, wasm: () => Exports): Record<string, WebAssembly.ImportValue> {
  const textAt = (at: number, bytes: number) =>
    new TextDecoder().decode(new Uint8Array(wasm().memory.buffer, at >>> 0, bytes));
  const from = <T>(handle: number) => handles.get(handle) as T;
  const known: Readonly<Record<string, WebAssembly.ImportValue>> = {
    __wbg_new_28c511d9baebfa89: (at: number, bytes: number) => handles.add(new Error(textAt(at, bytes))),
    __wbindgen_memory: () => handles.add(wasm().memory),
    __wbg_buffer_: (of: number) => handles.add(from<WebAssembly.Memory>(of).buffer),
    __wbg_newwithbyteoffsetandlength_: (buffer: number, at: number, length: number) =>
      handles.add(new Uint8Array(from<ArrayBuffer>(buffer), at >>> 0, length >>> 0)),
    __wbindgen_object_drop_ref: (handle: number) => void handles.take(handle),
    // Of an array it would make a copy: of the pixels.
    __wbg_new_63b92bc8671ed464: (of: number) => {
      const value = from<Uint8Array | ArrayBuffer>(of);
      return handles.add(value instanceof Uint8Array ? value : new Uint8Array(value));
    },
    __wbg_values_: (of: number) => handles.add(from<unknown[]>(of).values()),
    __wbg_next_: (of: number) => handles.add(from<Iterator<unknown>>(of).next()),
    __wbg_done_: (of: number) => from<IteratorResult<unknown>>(of).done,
    __wbg_value_: (of: number) => handles.add(from<IteratorResult<unknown>>(of).value),
    __wbg_instanceof_Uint8Array_: (of: number) => from<unknown>(of) instanceof Uint8Array,
    __wbindgen_string_get: (result: number, of: number) => {
      const value = handles.get(of);
      const text = typeof value === "string" ? new TextEncoder().encode(value) : null;
      const at = text === null ? 0 : wasm().__wbindgen_malloc(text.length, 1);
      if (text !== null) new Uint8Array(wasm().memory.buffer, at, text.length).set(text);
      new Int32Array(wasm().memory.buffer, result, 2).set([at, text?.length ?? 0]);
    },
    __wbg_new_16b304a2cfa7ff4a: () => handles.add([]),
    __wbindgen_string_new: (at: number, bytes: number) => handles.add(textAt(at, bytes)),
    __wbg_push_: (array: number, value: number) => from<unknown[]>(array).push(handles.get(value)),
    __wbg_length_: (of: number) => from<Uint8Array>(of).length,
    __wbg_set_: (of: number, source: number, at: number) =>
      from<Uint8Array>(of).set(from<Uint8Array>(source), at >>> 0),
    __wbindgen_throw: (at: number, bytes: number) => {
      throw new Error(textAt(at, bytes));
    },
  };
  return Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ name }) => {
      const value = known[name] ?? known[name.replace(/[\da-f]{16}$/, "")];
      if (value === undefined) throw new Error(`resvg imports ${name}, which is not known`);
      return [name, value];
    }),
  );
}
