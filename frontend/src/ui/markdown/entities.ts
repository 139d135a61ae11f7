/** Character references of HTML, as Markdown allows them in text. */

const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi

export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(REFERENCE, decode)
}

function decode(reference: string): string {
  const box = document.createElement('textarea')
  box.innerHTML = reference
  return box.value
}
