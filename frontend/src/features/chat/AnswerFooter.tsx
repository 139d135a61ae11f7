/** Below an answer: its versions, what can be done with it, and which model wrote it. */

import { useState } from 'react'
import type { Message } from '../../api'
import { useModels } from '../../queries'
import { Button, IconButton } from '../../ui/Button'
import { CopyButton } from '../../ui/CopyButton'
import { AgainIcon, ContinueIcon, TrashIcon } from '../../ui/icons'
import { useMessageActions } from './actions'
import { AnswerDetails } from './AnswerDetails'
import { summaryOf } from './answer-cost'
import { canContinue } from './can-continue'
import { textWithSources } from './evidence-marks'
import type { Versions } from './tree'
import { VersionSwitch } from './VersionSwitch'

/** What `make run` answers with when nothing better is configured. */
const BUILT_IN_MODEL = 'smollm2-135m-instruct'

interface Props {
  message: Message
  versions: Versions | null
  isNewest: boolean
}

export function AnswerFooter({ message, versions, isNewest }: Props) {
  const actions = useMessageActions()
  const [hasDetails, setDetails] = useState(false)
  const isSmall = useIsSmallBuiltIn(message.model)
  const { model, text, evidence } = message
  // The small model is not trusted with documents: their own sentences are shown instead.
  const isByNoModel = isSmall || !model
  const isUnwritten = isByNoModel && message.state === 'complete' && !message.usage?.outputTokens
  const isQuoted = isUnwritten && evidence.citations.length > 0
  const summary = summaryOf(message.usage)
  // Where something went wrong the notice above has the ways on.
  const isBroken = message.state === 'interrupted' || message.state === 'failed'
  return (
    <footer className="mt-1.5 text-fine text-faint">
      <div className="-ml-1.5 flex flex-wrap items-center gap-x-1">
        {versions && <VersionSwitch what="answer" versions={versions} onChoose={actions.choose} />}
        <span
          className={`flex flex-wrap items-center ${isNewest ? '' : 'opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 touch:opacity-100'}`}
        >
          {!isBroken && canContinue(message) && (
            <Button
              look="quiet"
              onClick={() => {
                actions.continue(message)
              }}
            >
              <ContinueIcon className="size-4" />
              Continue
            </Button>
          )}
          {text && <CopyButton text={textWithSources(text, evidence)} />}
          {!isBroken && (
            <Button
              look="quiet"
              onClick={() => {
                actions.regenerate(message)
              }}
            >
              <AgainIcon className="size-4" />
              Regenerate
            </Button>
          )}
          <IconButton
            label="Delete this answer"
            className="size-6.5 text-faint"
            onClick={() => {
              actions.remove(message)
            }}
          >
            <TrashIcon className="size-4" />
          </IconButton>
          {isQuoted && <span className="mx-1.5">Word for word from your documents</span>}
          {model && !isUnwritten && (
            <span className="mx-1 max-w-56 truncate rounded-sm border border-line px-1.5">
              {model}
            </span>
          )}
          {summary && (
            <Button
              look="quiet"
              aria-expanded={hasDetails}
              onClick={() => {
                setDetails(!hasDetails)
              }}
            >
              {summary}
            </Button>
          )}
        </span>
      </div>
      {hasDetails && <AnswerDetails message={message} />}
      {isNewest && isSmall && !isUnwritten && (
        <p className="pt-1 text-notice">
          Small built-in model, often wrong. Run <code className="font-mono">make model</code> for a
          better one.
        </p>
      )}
    </footer>
  )
}

function useIsSmallBuiltIn(name: string): boolean {
  const models = useModels()
  const known = models?.models.find((model) => model.name === name)
  return known?.isSmallBuiltIn ?? name === BUILT_IN_MODEL
}
