/** Writes all conversations into one file. */

import { useEffect, useState } from 'react'
import type { ExportProgress } from '../../api'
import { ApiError, exportAll } from '../../api'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { Window } from '../../ui/Window'
import { saveFile } from './save-file'

export function ExportWindow({ onClose }: { onClose: () => void }) {
  const { progress, error } = useExport()
  const file = progress?.file

  return (
    <Window
      title="Export all"
      onClose={onClose}
      footer={
        file ? (
          <>
            <Button onClick={onClose}>Close</Button>
            <Button
              look="primary"
              onClick={() => {
                saveFile(file)
                onClose()
              }}
            >
              Save the file
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{error ? 'Close' : 'Stop'}</Button>
        )
      }
    >
      <p className="text-soft">
        All your conversations with all their branches, archived ones too, in one JSON file. It can
        be imported here again.
      </p>
      <p role="status" className="mt-4">
        {error ? '' : statusOf(progress)}
      </p>
      {file && progress.tooLarge.length > 0 && (
        <Notice look="notice" className="mt-3">
          Too large to be in the file: {progress.tooLarge.map((title) => `“${title}”`).join(', ')}.
        </Notice>
      )}
      {!file && !error && (
        <progress
          aria-label="Export"
          className="mt-2 h-1.5 w-full accent-accent"
          max={progress?.total ?? 1}
          value={progress?.done}
        />
      )}
      <div role="alert">{error && <Notice>{error.message}</Notice>}</div>
    </Window>
  )
}

function useExport() {
  const { api } = useServices()
  const [progress, setProgress] = useState<ExportProgress | null>(null)
  const [error, setError] = useState<ApiError | null>(null)

  useEffect(() => {
    const controller = new AbortController()
    const run = async () => {
      try {
        const { signal } = controller
        for await (const next of exportAll(api.conversations, signal)) setProgress(next)
      } catch (thrown) {
        if (!controller.signal.aborted) setError(ApiError.from(thrown))
      }
    }
    void run()
    return () => {
      controller.abort()
    }
  }, [api])

  return { progress, error }
}

function statusOf(progress: ExportProgress | null): string {
  if (!progress) return 'Looking what there is…'
  const { done, total, file } = progress
  if (!file) return `${done} of ${total} conversations…`
  return total === 1 ? 'One conversation is ready.' : `${total} conversations are ready.`
}
