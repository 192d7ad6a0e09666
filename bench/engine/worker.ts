/** The measured Worker, with the real engine of `src/image`. */
import { renderImage } from "../../src/image/renderImage.ts";
import { serveJobs } from "./jobs.ts";

export default { fetch: serveJobs({ auto: renderImage }) };
