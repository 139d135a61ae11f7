/** Asks before a conversation is deleted. */

import type { Conversation } from '../../api'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { useRemove } from './useConversations'

interface Props {
  conversation: Conversation
  title: string
  onClose: () => void
  onRemoved: () => void
}

export function DeleteDialog({ conversation, title, onClose, onRemoved }: Props) {
  const remove = useRemove(conversation)
  return (
    <Dialog
      label="Delete conversation"
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-lg p-5"
    >
      <h2 className="text-read font-semibold">Delete this conversation?</h2>
      <p className="mt-1 break-words text-soft">
        “{title}” and all its messages are deleted for good.
      </p>
      {remove.isError && (
        <p role="alert" className="mt-3 text-danger">
          Not deleted. {remove.error.message}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Keep</Button>
        <Button
          look="danger"
          disabled={remove.isPending}
          onClick={() => {
            remove.mutate(undefined, {
              onSuccess: () => {
                onClose()
                onRemoved()
              },
            })
          }}
        >
          {remove.isPending ? 'Deleting…' : 'Delete'}
        </Button>
      </div>
    </Dialog>
  )
}
