/** What the messages' buttons do: the same functions as long as they do the same. */

import { useMemo, useState } from 'react'
import type { Message } from '../../api'
import { useServices } from '../../services'
import type { MessageActions } from './actions'

interface Page {
  choose: (messageId: string) => void
  /** Keeps the view where it is while the branch changes. */
  hold: () => void
  setDraft: (text: string) => void
  /** Goes to the newest text. */
  jump: () => void
  focusInput: () => void
}

interface Removal {
  /** What is about to be deleted; null: nothing. */
  removal: Message | null
  cancelRemoval: () => void
}

export function useMessageActionsOf({
  choose,
  hold,
  setDraft,
  jump,
  focusInput,
}: Page): [MessageActions, Removal] {
  const { turns } = useServices()
  const [removal, setRemoval] = useState<Message | null>(null)
  const actions = useMemo(() => {
    const andFollow = () => {
      jump()
      focusInput()
    }
    const all: MessageActions = {
      regenerate: (answer) => {
        turns.regenerate(answer)
        andFollow()
      },
      continue: (answer) => {
        turns.continue(answer)
        andFollow()
      },
      ask: (question, text) => {
        turns.edit(question, text)
        andFollow()
      },
      remove: setRemoval,
      choose: (messageId) => {
        hold()
        choose(messageId)
      },
      retry: (turn) => {
        turns.retry(turn)
      },
      discard: ({ key }) => {
        turns.discard(key)
      },
      takeBack: ({ key, task }) => {
        turns.discard(key)
        if (task.kind === 'send') setDraft(task.text)
        focusInput()
      },
    }
    return all
  }, [turns, choose, hold, setDraft, jump, focusInput])
  const cancelRemoval = () => {
    setRemoval(null)
  }
  return [actions, { removal, cancelRemoval }]
}
