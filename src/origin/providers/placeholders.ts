/**
 * Pictures that providers send in place of one that is gone: a 404 of its own kind, not a picture. Pure. A row is known by the
 * address that answered in the end, or by length and hash of the file. Only what was seen is here.
 */

type Placeholder = {
  readonly provider: string;
  /** Hosts and paths of the address that answered, after redirects. */
  readonly hosts: RegExp;
  readonly path: RegExp;
  /** Files that are sent without a redirect: length in bytes and SHA-256 in hex. */
  readonly files: readonly { readonly bytes: number; readonly sha256: string }[];
  readonly source: string;
};

export const PLACEHOLDERS = {
  flickr: {
    provider: "flickr",
    hosts: /^(?:[a-z0-9-]{1,63}\.)*(?:yimg\.com|staticflickr\.com|static\.flickr\.com|flickr\.com)$/,
    path: /\/photo_unavailable(?:_[a-z]{1,2})?(?:\.(?:png|gif|jpg))?$/,
    files: [],
    source: "redirect to s.yimg.com/pw/images/en-us/photo_unavailable.png and photo_unavailable_l.png, in public code",
  },
} as const satisfies Record<string, Placeholder>;

export type Answered = {
  /** The address that answered, after redirects. */
  readonly url: string;
  /** Length of the file. */
  readonly bytes: number;
  /** SHA-256 of the file in hex, or its first digits (at least 8). */
  readonly hash: string;
};

/** Whether an answer with status 200 is a notice in place of a picture. */
export function isPlaceholder(
  answered: Answered,
  table: Readonly<Record<string, Placeholder>> = PLACEHOLDERS,
): boolean {
  if (!URL.canParse(answered.url)) return false;
  const { hostname, pathname } = new URL(answered.url);
  return Object.values(table).some(
    ({ hosts, path, files }) =>
      (hosts.test(hostname) && path.test(pathname)) ||
      files.some(({ bytes, sha256 }) => bytes === answered.bytes && sha256.startsWith(answered.hash)),
  );
}
