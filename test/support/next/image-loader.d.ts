/**
 * next/image's default loader of Next.js 16.4.6 (dist/esm/shared/lib), as it is published. The whole package has 209 MB,
 * with its compiler much more, and needs React.
 */
declare function defaultLoader(order: {
  readonly config: { readonly path: string; readonly qualities?: readonly number[] };
  readonly src: string;
  readonly width: number;
  readonly quality?: number;
}): string;
export default defaultLoader;
