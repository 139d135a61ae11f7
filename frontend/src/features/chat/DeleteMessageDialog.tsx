/** Asks before a message is deleted, with everything that followed it. */

import { useMutation } from '@tanstack/react-query'
import type { Message } from '../../api'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'

interface Props {
  message: Message
  /** How many messages follow it, on all branches. */
  followers: number
  onClose: () => void
  onRemoved: () => void
}

export function DeleteMessageDialog({ message, followers, onClose, onRemoved }: Props) {
  const { api } = useServices()
  const remove = useMutation({
    mutationFn: () => api.conversations.removeMessage(message.id),
    onSuccess: onRemoved,
  })
  const what = message.role === 'user' ? 'question' : 'answer'
  return (
    <Dialog
      label={`Delete ${what}`}
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-lg p-5"
    >
      <h2 className="text-read font-semibold">Delete this {what}?</h2>
      <p className="mt-1 text-soft">
        {followers === 0
          ? 'It is deleted for good. Its other versions stay.'
          : `It is deleted for good, with ${followersOf(followers)}.`}
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
            remove.mutate()
          }}
        >
          {remove.isPending ? 'Deleting…' : 'Delete'}
        </Button>
      </div>
    </Dialog>
  )
}

function followersOf(count: number): string {
  return count === 1
    ? 'the message that follows it'
    : `the ${count} messages that follow it, other branches included`
}
