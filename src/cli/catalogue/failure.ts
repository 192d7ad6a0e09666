/** How a command fails, with a message for people. */

/** What was asked for cannot be done: the same call would fail again. One problem a line. */
export class WrongInput extends Error {
  constructor(...problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "WrongInput";
  }
}

/** A server failed, or cannot be reached: another call may succeed. */
export class Unavailable extends Error {}
