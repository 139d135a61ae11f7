/** What colours code: loaded when the first code of a language is met, then kept. */

import { useEffect, useSyncExternalStore } from 'react'
import type { CodeGrammar } from './highlighter'
import { grammarSource } from './languages'

const grammars = new Map<string, CodeGrammar | null>()
const listeners = new Set<() => void>()

/** Null until it has come, and for ever when there is none. */
export function useGrammar(key: string | null): CodeGrammar | null {
  const grammar = useSyncExternalStore(subscribe, () => grammars.get(key ?? '') ?? null)
  useEffect(() => {
    if (key !== null) void loadGrammar(key)
  }, [key])
  return grammar
}

/** Colours are an extra: code without them is still code, so a failure is not reported. */
export async function loadGrammar(key: string): Promise<CodeGrammar | null> {
  const source = grammarSource(key)
  if (!source || grammars.has(key)) return grammars.get(key) ?? null
  grammars.set(key, null)
  try {
    const { createGrammar } = await import('./highlighter')
    grammars.set(key, await createGrammar(source))
    for (const listener of listeners) listener()
  } catch {
    grammars.delete(key) // The next code of this language tries again.
  }
  return grammars.get(key) ?? null
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
