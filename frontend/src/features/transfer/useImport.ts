/** Reading one file of conversations: how far it is, and what came of it. */

import { useEffect, useRef, useState } from 'react'
import type { ImportProgress } from '../../api'
import { ApiError, importFile, UnreadableFile } from '../../api'
import { keys } from '../../queries'
import { useServices } from '../../services'

export interface ImportState {
  fileName: string
  phase: 'reading' | 'done' | 'failed' | 'stopped'
  /** Null until the file has been looked at. */
  progress: ImportProgress | null
  /** Why it failed; what `progress` says is read nevertheless. */
  error: string | null
}

export function useImport() {
  const { api, queryClient } = useServices()
  const [state, setState] = useState<ImportState | null>(null)
  const controller = useRef<AbortController>(null)

  useEffect(() => () => controller.current?.abort(), [])

  const begin = async (file: File) => {
    const { signal } = (controller.current = new AbortController())
    let now: ImportState = { fileName: file.name, phase: 'reading', progress: null, error: null }
    const show = (change: Partial<ImportState>) => {
      now = { ...now, ...change }
      setState(now)
    }
    show({})
    try {
      const text = await file.text()
      for await (const progress of importFile(api.conversations, text, signal)) show({ progress })
      show({ phase: 'done' })
    } catch (thrown) {
      if (signal.aborted) show({ phase: 'stopped' })
      else show({ phase: 'failed', error: wordsFor(thrown) })
    }
    void queryClient.invalidateQueries({ queryKey: keys.conversations })
  }

  return {
    /** Null until a file was chosen. */
    state,
    begin: (file: File) => void begin(file),
    stop: () => controller.current?.abort(),
    reset: () => {
      setState(null)
    },
  }
}

function wordsFor(thrown: unknown): string {
  if (thrown instanceof UnreadableFile) return thrown.message
  const error = ApiError.from(thrown)
  return error.reason === 'INVALID_FIELD'
    ? 'This is neither a file of Lamla nor the conversations.json of a ChatGPT export.'
    : error.message
}
