/** Brings a page or a file in from a web address. */

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, newRequestId } from '../../api'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Window } from '../../ui/Window'

/** The contract's limit. */
const LONGEST = 2_000

interface Props {
  collectionIds: string[]
  onClose: () => void
}

export function ImportUrlWindow({ collectionIds, onClose }: Props) {
  const { api, ingestion } = useServices()
  const [address, setAddress] = useState('')
  const [requestId, setRequestId] = useState(newRequestId)
  const bring = useMutation({
    mutationFn: async () => {
      const { documents } = await api.library()
      return documents.importUrl(requestId, wholeAddress(address), collectionIds)
    },
    onSuccess: (document) => {
      ingestion.note(document)
      onClose()
    },
  })
  const canBring = address.trim() !== '' && !bring.isPending
  return (
    <Window title="From a web address" onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (canBring) bring.mutate()
        }}
      >
        <Field
          label="Address"
          type="text"
          inputMode="url"
          autoComplete="off"
          isFirst
          placeholder="https://"
          value={address}
          maxLength={LONGEST}
          error={bring.error && wordsFor(bring.error)}
          hint="A web page, or a file such as a PDF. It is read once, as it is now."
          onChange={({ target }) => {
            setAddress(target.value)
            setRequestId(newRequestId())
            bring.reset()
          }}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!canBring}>
            Bring it in
          </Button>
        </div>
      </form>
    </Window>
  )
}

/** People leave the begin out. */
function wholeAddress(typed: string): string {
  const address = typed.trim()
  return /^[a-z][a-z\d+.-]*:/i.test(address) ? address : `https://${address}`
}

function wordsFor(thrown: Error): string {
  const error = ApiError.from(thrown)
  return error.reason === 'INVALID_FIELD' ? 'This is not a web address.' : error.message
}
