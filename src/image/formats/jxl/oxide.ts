/**
 * The engine jxl-oxide (jxl-oxide-wasm, Rust). The package's own code makes functions from text, which Workers do not allow,
 * and keeps one instance for ever; so we call the raw exports.
 */
import module from "jxl-oxide-wasm/module.wasm";
import { defineEngine, exportsOf } from "../../engines.ts";

type Result<T> = readonly [value: T, error: number, failed: number];
type Exports = {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_export_2: WebAssembly.Table;
  __wbindgen_start(): void;
  __externref_table_alloc(): number;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(at: number, bytes: number, align: number): void;
  __wbg_jxlimage_free(image: number, unused: number): void;
  jxlimage_new(): number;
  jxlimage_set_force_srgb(image: number, force: number): void;
  jxlimage_feedBytes(image: number, at: number, bytes: number): Result<number>;
  jxlimage_tryInit(image: number): Result<number>;
  jxlimage_num_loaded_keyframes(image: number): number;
  jxlimage_is_loading_done(image: number): number;
  /** The frame is a number; 2^32 + 1 means none. */
  jxlimage_render(image: number, frame: number): Result<number>;
  renderresult_encodeToPng(result: number): readonly [at: number, bytes: number, error: number, failed: number];
};

export type Oxide = {
  /** JPEG XL bytes -> its first frame as PNG in sRGB. Throws what the engine says, or its trap. */
  toPng(bytes: Uint8Array): { readonly png: Uint8Array; readonly truncated: boolean };
};

export const oxideEngine = defineEngine("jxl-oxide", () => {
  let exports: Exports | null = null;
  const started = () => {
    if (exports === null) throw new Error("jxl-oxide has not started");
    return exports;
  };
  const wbg = importsOf(started);
  const wasm = exportsOf<Exports>(module, { wbg });
  exports = wasm;
  wasm.__wbindgen_start();
  return { value: { toPng: (bytes) => toPng(wasm, bytes) } satisfies Oxide, memory: wasm.memory };
});

/** The imports by name. Their names end in a hash of the version. */
function importsOf(wasm: () => Exports): Record<string, WebAssembly.ImportValue> {
  const textAt = (at: number, bytes: number) =>
    new TextDecoder().decode(new Uint8Array(wasm().memory.buffer, at >>> 0, bytes));
  const known: Readonly<Record<string, WebAssembly.ImportValue>> = {
    __wbindgen_init_externref_table: () => fillTable(wasm().__wbindgen_export_2),
    __wbindgen_is_undefined: (value: unknown) => Number(value === undefined),
    __wbindgen_string_new: textAt,
    __wbindgen_throw: (at: number, bytes: number) => {
      throw new Error(textAt(at, bytes));
    },
    // It looks for a browser, to learn its name. There is an object, and it is none.
    __wbg_static_accessor_GLOBAL_THIS_: () => {
      const at = wasm().__externref_table_alloc();
      wasm().__wbindgen_export_2.set(at, {});
      return at;
    },
    __wbg_static_accessor_GLOBAL_: () => 0,
    __wbg_static_accessor_SELF_: () => 0,
    __wbg_static_accessor_WINDOW_: () => 0,
    __wbg_instanceof_Window_: () => 0,
    __wbg_instanceof_WorkerGlobalScope_: () => 0,
  };
  return Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ name }) => {
      const unused = () => {
        throw new Error(`jxl-oxide: ${name}`);
      };
      return [name, known[name] ?? known[name.replace(/[\da-f]{16}$/, "")] ?? unused];
    }),
  );
}

function toPng(wasm: Exports, bytes: Uint8Array): ReturnType<Oxide["toPng"]> {
  const check = <T>([value, error, failed]: Result<T>): T => {
    if (failed !== 0) throw new Error(String(wasm.__wbindgen_export_2.get(error)));
    return value;
  };
  const image = wasm.jxlimage_new();
  const at = wasm.__wbindgen_malloc(bytes.length, 1);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  check(wasm.jxlimage_feedBytes(image, at, bytes.length));
  if (check(wasm.jxlimage_tryInit(image)) === 0) throw new Error("its header is cut");
  wasm.jxlimage_set_force_srgb(image, 1);
  const isWhole = wasm.jxlimage_num_loaded_keyframes(image) > 0;
  const result = check(wasm.jxlimage_render(image, isWhole ? 0 : 2 ** 32 + 1));
  const [from, length, error, failed] = wasm.renderresult_encodeToPng(result);
  check([0, error, failed]);
  const png = new Uint8Array(wasm.memory.buffer, from >>> 0, length).slice();
  wasm.__wbindgen_free(from, length, 1);
  wasm.__wbg_jxlimage_free(image, 0);
  return { png, truncated: !isWhole };
}

/** wasm-bindgen's constant references. */
function fillTable(table: WebAssembly.Table | undefined): void {
  const at = table?.grow(4) ?? 0;
  table?.set(0, undefined);
  [undefined, null, true, false].forEach((value, i) => {
    table?.set(at + i, value);
  });
}
