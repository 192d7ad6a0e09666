/** The certificate authority of `npm run edge -- --h2`, for sources of tests. */
export { type Authority, type Certificate, createAuthority } from "../../../src/cli/edge/authority.ts";
