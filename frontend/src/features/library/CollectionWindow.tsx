/** Gives a new collection its name, or an old one another. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Collection } from '../../api'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Window } from '../../ui/Window'

/** The contract's limit. */
const LONGEST_NAME = 200

interface Props {
  /** Null: a new one. */
  collection: Collection | null
  onClose: () => void
  onDone?: (id: string) => void
}

export function CollectionWindow({ collection, onClose, onDone }: Props) {
  const { api } = useServices()
  const client = useQueryClient()
  const [name, setName] = useState(collection?.name ?? '')
  const save = useMutation({
    mutationFn: async () => {
      const { collections } = await api.library()
      return collection ? collections.rename(collection.id, name) : collections.create(name)
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.collections })
      onClose()
      onDone?.(id)
    },
  })
  const canSave = name.trim() !== '' && !save.isPending
  const title = collection ? 'Rename the collection' : 'New collection'
  return (
    <Window title={title} onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (canSave) save.mutate()
        }}
      >
        <Field
          label="Name"
          isFirst
          value={name}
          maxLength={LONGEST_NAME}
          error={save.error?.message}
          hint="For example a course, a subject, or a project."
          onChange={({ target }) => {
            setName(target.value)
          }}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!canSave}>
            {collection ? 'Rename' : 'Create'}
          </Button>
        </div>
      </form>
    </Window>
  )
}
