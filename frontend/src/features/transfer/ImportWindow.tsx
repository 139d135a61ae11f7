/** Brings conversations in from a file. */

import { Button } from '../../ui/Button'
import { Window } from '../../ui/Window'
import { DropZone } from './DropZone'
import { ImportResult } from './ImportResult'
import { useImport } from './useImport'

export function ImportWindow({ onClose }: { onClose: () => void }) {
  const { state, begin, stop, reset } = useImport()
  const isReading = state?.phase === 'reading'

  return (
    <Window
      title="Import conversations"
      onClose={onClose}
      footer={
        state && (
          <>
            {isReading ? (
              <Button onClick={stop}>Stop</Button>
            ) : (
              <>
                <Button onClick={reset}>Another file</Button>
                <Button look="primary" onClick={onClose}>
                  Done
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {state ? (
        <ImportResult state={state} onFollow={onClose} />
      ) : (
        <>
          <p className="mb-4 text-soft">
            From a JSON file that was exported here, or from the{' '}
            <code className="font-mono">conversations.json</code> of a ChatGPT export (unpack its
            zip file first). Nothing that is here already is changed.
          </p>
          <DropZone onFile={begin} />
        </>
      )}
    </Window>
  )
}
