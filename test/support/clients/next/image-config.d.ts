/** `images` of next.config.js, and what next/image makes of it. */
export type ImageConfig = {
  readonly path: string;
  readonly deviceSizes: readonly number[];
  readonly imageSizes: readonly number[];
  readonly qualities: readonly number[];
};
export declare const imageConfigDefault: ImageConfig;
export declare function prepareImageConfig(config: ImageConfig): object;
