/** The Worker with the pipelines that the engine is compared with: photon, which is the baseline, and jSquash. */
import { renderWithPhoton } from "./baseline.ts";
import { serveJobs } from "./jobs.ts";
import { renderWithJsquash } from "./jsquash.ts";

export default {
  fetch: serveJobs({
    photon: renderWithPhoton,
    jsquash: ({ bytes, transform }) => renderWithJsquash(bytes, transform.width),
  }),
};
