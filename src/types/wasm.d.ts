/** A `.wasm` import is a compiled module: workerd compiles it at deploy, Node tests through a loader. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
