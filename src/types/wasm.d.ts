/** A `.wasm` import is a compiled module: workerd compiles it at deploy, Node tests through a loader. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** A `.ttf` import is the file's bytes: a module of the type "Data" in workerd, Node tests through a loader. */
declare module "*.ttf" {
  const bytes: ArrayBuffer;
  export default bytes;
}

/** The package describes its exports instead, as bundlers of the web import them. */
declare module "jxl-oxide-wasm/module.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
