/** A photograph of the demo, as demo.json describes it. */
/** `file` is its name inside the folder; sizes in pixels as displayed, `bytes` of the original. */
export type CatalogueEntry = {
  readonly file: string;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly licenceUrl: string;
  readonly sourcePage?: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
};
