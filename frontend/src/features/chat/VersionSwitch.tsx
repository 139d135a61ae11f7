/** Which version of a message is shown, and the way to the others. */

import type { KeyboardEvent } from 'react'
import { useServices } from '../../services'
import { IconButton } from '../../ui/Button'
import { NextIcon, PreviousIcon } from '../../ui/icons'
import type { Versions } from './tree'

interface Props {
  what: 'question' | 'answer'
  versions: Versions
  onChoose: (messageId: string) => void
}

export function VersionSwitch({ what, versions: { ids, index }, onChoose }: Props) {
  const { announcer } = useServices()
  const go = (step: number) => {
    const id = ids[index + step]
    if (id === undefined) return
    onChoose(id)
    announcer.announce(`Version ${index + step + 1} of ${ids.length} of this ${what}.`)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    go(step)
  }
  return (
    <span
      role="group"
      aria-label={`Versions of this ${what}`}
      className="flex items-center text-fine text-soft"
      onKeyDown={onKeyDown}
    >
      <Step label={`Previous ${what}`} isLast={index === 0} go={go} step={-1} />
      <span className="min-w-7 text-center tabular-nums">
        <span className="sr-only">Version </span>
        {index + 1}/{ids.length}
      </span>
      <Step label={`Next ${what}`} isLast={index === ids.length - 1} go={go} step={1} />
    </span>
  )
}

interface StepProps {
  label: string
  isLast: boolean
  step: -1 | 1
  go: (step: number) => void
}

/** Stays where the focus is at the end of the way as well: a disabled button would lose it. */
function Step({ label, isLast, step, go }: StepProps) {
  const Icon = step === 1 ? NextIcon : PreviousIcon
  return (
    <IconButton
      label={label}
      aria-disabled={isLast}
      className={`size-7 touch:size-9 ${isLast ? 'cursor-default opacity-40' : ''}`}
      onClick={() => {
        go(step)
      }}
    >
      <Icon className="size-4" />
    </IconButton>
  )
}
