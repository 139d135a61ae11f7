/** Short messages at the edge of the page that go by themselves, perhaps with one thing to do. */

import { useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { Button, IconButton } from './Button'
import { useReachableElement } from './dialog-stack'
import { CloseIcon } from './icons'

/** Long enough to read. */
const SHOWN_MS = 6_000
/** Long enough to reach what it offers as well. */
const OFFERED_MS = 10_000
const MOST = 3

export interface ToastAction {
  /** A verb. */
  label: string
  run: () => void
}

export interface Toast {
  key: number
  text: string
  look: 'plain' | 'danger'
  action: ToastAction | null
}

interface Options {
  look?: Toast['look']
  action?: ToastAction
}

export class Toaster {
  #announce: (text: string) => void
  #toasts: readonly Toast[] = []
  #timers = new Map<number, ReturnType<typeof setTimeout>>()
  #count = 0
  #listeners = new Set<() => void>()

  /** `announce` says a sentence to people who listen to the page. */
  constructor(announce: (text: string) => void) {
    this.#announce = announce
  }

  /** Oldest first; another array whenever one comes or goes. */
  get = (): readonly Toast[] => this.#toasts

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows and says a sentence; returns how to take it away. */
  show = (text: string, { look = 'plain', action }: Options = {}): (() => void) => {
    this.#count += 1
    const toast: Toast = { key: this.#count, text, look, action: action ?? null }
    this.#set([...this.#toasts.slice(1 - MOST), toast])
    this.go(toast)
    this.#announce(action ? `${text} ${action.label} is in the search.` : text)
    return () => {
      this.dismiss(toast.key)
    }
  }

  dismiss = (key: number): void => {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    this.#set(this.#toasts.filter((toast) => toast.key !== key))
  }

  /** Keeps it, while somebody is at it. */
  hold = ({ key }: Toast): void => {
    clearTimeout(this.#timers.get(key))
  }

  /** Lets its time begin anew. */
  go = (toast: Toast): void => {
    this.hold(toast)
    const timer = setTimeout(
      () => {
        this.dismiss(toast.key)
      },
      toast.action ? OFFERED_MS : SHOWN_MS,
    )
    this.#timers.set(toast.key, timer)
  }

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts
    for (const listener of this.#listeners) listener()
  }
}

/** Stays while the pointer or the focus is on it. */
export function Toasts({ toaster }: { toaster: Toaster }) {
  const toasts = useSyncExternalStore(toaster.subscribe, toaster.get)
  const host = useReachableElement()
  const isInDialog = host !== document.body
  return createPortal(
    <section
      aria-label={toasts.length > 0 ? 'Messages' : undefined}
      // The page's own live region cannot be heard there.
      aria-live={isInDialog ? 'polite' : undefined}
      className="pointer-events-none fixed inset-x-0 bottom-28 z-10 grid justify-items-center gap-2 px-4"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.key} toast={toast} toaster={toaster} />
      ))}
    </section>,
    host,
  )
}

function ToastCard({ toast, toaster }: { toast: Toast; toaster: Toaster }) {
  const { text, look, action } = toast
  const hold = () => {
    toaster.hold(toast)
  }
  const go = () => {
    toaster.go(toast)
  }
  const close = () => {
    toaster.dismiss(toast.key)
  }
  return (
    <div
      onMouseEnter={hold}
      onMouseLeave={go}
      onFocus={hold}
      onBlur={go}
      className={`pointer-events-auto flex max-w-full animate-appear items-center gap-3 rounded-md border py-2 pr-2 pl-4 shadow-float ${LOOKS[look]}`}
    >
      <span className="min-w-0 break-words">{text}</span>
      {action && (
        <Button
          look="link"
          className="shrink-0 px-1"
          onClick={() => {
            close()
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Close message" className="size-7" onClick={close}>
        <CloseIcon className="size-4" />
      </IconButton>
    </div>
  )
}

const LOOKS: Record<Toast['look'], string> = {
  plain: 'border-edge bg-raised text-ink',
  danger: 'border-danger bg-danger-tint text-danger',
}
