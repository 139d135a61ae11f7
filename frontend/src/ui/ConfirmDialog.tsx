/** Asks before something is done that cannot be undone. */

import { Button } from './Button'
import { Dialog } from './Dialog'

interface Props {
  /** A question. */
  title: string
  text: string
  /** A verb. */
  action: string
  /** Set while it is being done. */
  pendingAction: string | null
  /** Why it did not work. */
  error: string | null
  onConfirm: () => void
  onClose: () => void
}

export function ConfirmDialog(props: Props) {
  const { title, text, action, pendingAction, error, onConfirm, onClose } = props
  return (
    <Dialog
      label={title}
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-lg p-5"
    >
      <h2 className="text-read font-semibold break-words">{title}</h2>
      <p className="mt-1 text-soft">{text}</p>
      {error && (
        <p role="alert" className="mt-3 text-danger">
          {error}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" disabled={pendingAction !== null} onClick={onConfirm}>
          {pendingAction ?? action}
        </Button>
      </div>
    </Dialog>
  )
}
