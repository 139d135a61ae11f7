/** A file that was there when it was chosen cannot be read now. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}
