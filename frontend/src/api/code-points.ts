/** Offsets of the contract are Unicode code points; JavaScript counts UTF-16 units. */

/** How many code points `text` has. */
export function codePointLength(text: string): number {
  let length = 0
  for (let index = 0; index < text.length; index += unitsAt(text, index)) length += 1
  return length
}

/** The first `count` code points of `text`. */
export function firstCodePoints(text: string, count: number): string {
  return text.slice(0, unitOffset(text, count))
}

/** Where the code point number `count` begins in `text`, in UTF-16 units; its end at the most. */
export function unitOffset(text: string, count: number): number {
  let index = 0
  for (let passed = 0; passed < count && index < text.length; passed += 1) {
    index += unitsAt(text, index)
  }
  return index
}

function unitsAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
}
