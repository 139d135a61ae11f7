/** The document that stands beside the page: at its side where there is room, else over it. */

import { useSource } from '../../router'

export function SourcePanel() {
  const source = useSource()
  return source && null
}
