/** The attributes of an `<img>` for the properties of next/image's component. Reads `process.env.NODE_ENV`. */
export declare function getImgProps(
  props: object,
  state: { readonly imgConf: object; readonly defaultLoader: unknown },
): { readonly props: Readonly<Record<string, unknown>> };
