/**
 * Pictures that providers show in place of one that is gone. Such an answer has status 200 and is a missing picture all the
 * same. Pure.
 */

/** What an answer is told by: its address, and where that says nothing its bytes. A row must match in all that it names. */
export type Placeholder = {
  readonly provider: string;
  /** Of the address that answered, after redirects. */
  readonly address: RegExp;
  /** Length in bytes, and first 8 hex digits of SHA-256 of the bytes. */
  readonly bytes?: number;
  readonly hash?: string;
  /** Where this was read, and when. */
  readonly source: string;
};

export const PLACEHOLDERS: readonly Placeholder[] = [
  {
    provider: "flickr",
    address: /^https?:\/\/(?:[a-z0-9-]+\.)*(?:staticflickr\.com|flickr\.com|yimg\.com)\/(?:[^?#]*\/)?photo_unavailable[^/]*$/,
    source: "Openverse's link check: a removed photo redirects to /photo_unavailable (2023)",
  },
];

export type Answer = { readonly url: string; readonly bytes: number; readonly hash: string };

/** Whether an answer shows that the picture is gone. `url`: the address that answered, after redirects. */
export function isPlaceholder(
  { url, bytes, hash }: Answer,
  table: readonly Placeholder[] = PLACEHOLDERS,
): boolean {
  return table.some(
    (row) =>
      row.address.test(url) &&
      (row.bytes === undefined || row.bytes === bytes) &&
      (row.hash === undefined || row.hash === hash),
  );
}
