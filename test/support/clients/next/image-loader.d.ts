/**
 * next/image of Next.js 16.4.6 without its component: files of dist/esm/shared/lib, as they are published. The whole package
 * has 209 MB, with its compiler much more, and needs React. The long test builds with it (test/e2e/clients.test.ts).
 */
declare function defaultLoader(order: {
  readonly config: { readonly path: string; readonly qualities?: readonly number[] };
  readonly src: string;
  readonly width: number;
  readonly quality?: number;
}): string;
export default defaultLoader;
