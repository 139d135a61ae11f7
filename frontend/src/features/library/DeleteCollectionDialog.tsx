/** Asks before a collection is deleted; its documents stay. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Collection } from '../../api'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { ConfirmDialog } from '../../ui/ConfirmDialog'

interface Props {
  collection: Collection
  onClose: () => void
  onRemoved: () => void
}

export function DeleteCollectionDialog({ collection, onClose, onRemoved }: Props) {
  const { api } = useServices()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: async () => (await api.library()).collections.remove(collection.id),
    onSuccess: async () => {
      onRemoved()
      await client.invalidateQueries({ queryKey: keys.collections })
      await client.invalidateQueries({ queryKey: keys.documents })
    },
  })
  return (
    <ConfirmDialog
      title={`Delete the collection “${collection.name}”?`}
      text="Its documents stay in your library. Chats about it go on without them."
      action="Delete"
      pendingAction={remove.isPending ? 'Deleting…' : null}
      error={remove.error && `Not deleted. ${remove.error.message}`}
      onConfirm={() => {
        remove.mutate()
      }}
      onClose={onClose}
    />
  )
}
