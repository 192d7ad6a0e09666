/** What a decoder throws for a file it will not take: the next one in the format's list is asked. */
export class UnsupportedByDecoder extends Error {
  constructor(why: string) {
    super(why);
    this.name = "NotForThisDecoder";
  }
}
