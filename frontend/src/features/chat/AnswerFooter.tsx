/** Below an answer: what can be done with it, and which model wrote it. */

import type { Message } from '../../api'
import { Button } from '../../ui/Button'
import { CopyButton } from '../../ui/CopyButton'
import { AgainIcon } from '../../ui/icons'

/** What `make run` answers with when nothing better is configured. */
const BUILT_IN_MODEL = 'smollm2-135m-instruct'

interface Props {
  message: Message
  isNewest: boolean
  onRegenerate: (message: Message) => void
}

export function AnswerFooter({ message, isNewest, onRegenerate }: Props) {
  const { model, text, state } = message
  const hasAgain = isNewest && (state === 'complete' || state === 'cancelled')
  return (
    <footer className="mt-1.5 flex flex-wrap items-center gap-x-1 text-fine text-faint">
      <span className="-ml-1.5 flex">
        {text && <CopyButton text={text} />}
        {hasAgain && (
          <Button
            look="quiet"
            onClick={() => {
              onRegenerate(message)
            }}
          >
            <AgainIcon className="size-4" />
            Regenerate
          </Button>
        )}
      </span>
      {model && <span className="py-1 pl-1">{model}</span>}
      {isNewest && model === BUILT_IN_MODEL && (
        <span className="py-1 text-notice">
          Small built-in model, often wrong. Run <code className="font-mono">make model</code> for a
          better one.
        </span>
      )}
    </footer>
  )
}
