/** What can be done with a conversation, and what is said about it. */

import { useMemo } from 'react'
import type { Conversation, ConversationChange, ExportFormat } from '../../api'
import { ApiError } from '../../api'
import { keys } from '../../queries'
import { navigate, NEW_CHAT, pathOf } from '../../router'
import type { Services } from '../../services'
import { useServices } from '../../services'
import { placeOf } from '../chat/turns'
import { saveFile } from '../transfer/save-file'
import { changeListed } from './list-cache'

export const titleOf = ({ title }: Conversation) => title || 'Untitled'

export function useActions() {
  const services = useServices()
  return useMemo(() => actionsOf(services), [services])
}

function actionsOf({ api, queryClient, toaster, turns }: Services) {
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: keys.conversations })
    void queryClient.invalidateQueries({ queryKey: keys.searches })
  }
  const fail = (what: string, thrown: unknown) => {
    toaster.show(`${what} ${ApiError.from(thrown).message}`, { look: 'danger' })
  }

  /** Throws ApiError. */
  const update = async (conversation: Conversation, change: ConversationChange) => {
    const updated = await api.conversations.update(conversation.id, change)
    queryClient.setQueryData(keys.conversation(conversation.id), updated)
    refresh()
  }

  const setPinned = async (conversation: Conversation, isPinned: boolean) => {
    changeListed(queryClient, conversation.id, (one) => ({ ...one, isPinned }))
    try {
      await update(conversation, { isPinned })
    } catch (thrown) {
      refresh()
      fail(isPinned ? 'Not pinned.' : 'Not unpinned.', thrown)
    }
  }

  const setArchived = async (conversation: Conversation, isArchived: boolean) => {
    changeListed(queryClient, conversation.id, () => null)
    try {
      await update(conversation, { isArchived })
      toaster.show(
        `“${titleOf(conversation)}” is ${isArchived ? 'in the archive' : 'back in the list'}.`,
        { action: { label: 'Undo', run: () => void setArchived(conversation, !isArchived) } },
      )
    } catch (thrown) {
      refresh()
      fail(isArchived ? 'Not archived.' : 'Not brought back.', thrown)
    }
  }

  const restore = async ({ id }: Conversation, isOpened: boolean) => {
    try {
      const restored = await api.conversations.restore(id)
      queryClient.setQueryData(keys.conversation(id), restored)
      void queryClient.invalidateQueries({ queryKey: keys.messages(id) })
      if (isOpened) navigate(pathOf(id))
    } catch (thrown) {
      fail('Not brought back.', thrown)
    }
    refresh()
  }

  /** Whether it was deleted. */
  const remove = async (conversation: Conversation) => {
    const { id } = conversation
    const isOpen = location.pathname === pathOf(id)
    changeListed(queryClient, id, () => null)
    try {
      await api.conversations.remove(id)
    } catch (thrown) {
      refresh()
      fail('Not deleted.', thrown)
      return false
    }
    for (const turn of turns.get()) if (placeOf(turn) === id) turns.discard(turn.key)
    if (isOpen) navigate(NEW_CHAT, { replace: true })
    queryClient.removeQueries({ queryKey: keys.messages(id) })
    queryClient.removeQueries({ queryKey: keys.conversation(id) })
    refresh()
    toaster.show(`“${titleOf(conversation)}” is deleted.`, {
      action: { label: 'Undo', run: () => void restore(conversation, isOpen) },
    })
    return true
  }

  const download = async ({ id }: Conversation, format: ExportFormat) => {
    try {
      saveFile(await api.conversations.export(id, format))
    } catch (thrown) {
      fail('Not exported.', thrown)
    }
  }

  return { update, setPinned, setArchived, remove, download }
}

export type Actions = ReturnType<typeof actionsOf>
