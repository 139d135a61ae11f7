/** Whether the passage is still to be brought into view: once each time that it is asked for. */

export class Seeking {
  #isOpen = false

  begin(): void {
    this.#isOpen = true
  }

  /** Called when somebody moves on their own. */
  giveUp(): void {
    this.#isOpen = false
  }

  /** Called when the passage was found: whether to go there. */
  take(): boolean {
    const isOpen = this.#isOpen
    this.#isOpen = false
    return isOpen
  }
}
