/** A photograph of the demo, as demo.json describes it. */
/** `file` is its name in the folder. Width and height are in pixels as displayed; `bytes` is the size of the file. */
export type CatalogueEntry = {
  readonly file: string;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly licenceUrl: string;
  /** Words that a search finds it by, besides those of the title. */
  readonly tags?: readonly string[];
  readonly sourcePage?: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
};
