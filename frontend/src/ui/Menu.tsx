/** A button that opens a list of things to do. The browser's popover closes it on Escape and outside. */

import type { KeyboardEvent, ReactNode } from 'react'
import { useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

const GAP_PX = 4
const MARGIN_PX = 8

export interface MenuItem {
  label: string
  icon?: ReactNode
  look?: 'plain' | 'danger'
  /** Set for one of several choices. */
  isChecked?: boolean
  run: () => void
}

interface Props {
  label: string
  /** Whether the button shows words, which then name it. */
  hasWords?: boolean
  className?: string
  /** Groups of items; a line stands between them. */
  groups: MenuItem[][]
  /** Stands above the items. */
  header?: ReactNode
  /** What the button shows. */
  children: ReactNode
}

export function Menu({ label, hasWords, className = '', groups, header, children }: Props) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const popover = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  /** A press on the button closes the menu before it is a click. */
  const wasOpen = useRef(false)

  const open = () => {
    const { current: list } = popover
    if (!list || !button.current) return
    flushSync(() => {
      setOpen(true)
    })
    list.showPopover()
    place(list, button.current.getBoundingClientRect())
    itemsOf(list)[0]?.focus()
  }
  const close = () => {
    setOpen(false)
    popover.current?.hidePopover()
    button.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Tab') close()
    if (event.key === 'Escape') {
      event.preventDefault() // Nothing else on the page takes it.
      close()
    }
    const items = itemsOf(event.currentTarget)
    const index = items.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    items.at(next % items.length)?.focus()
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={hasWords ? undefined : label}
        title={hasWords ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        className={className}
        onPointerDown={() => {
          wasOpen.current = isOpen
        }}
        onClick={() => {
          if (wasOpen.current) close()
          else open()
          wasOpen.current = false
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          open()
        }}
      >
        {children}
      </button>
      <div
        ref={popover}
        id={id}
        popover="auto"
        onToggle={(event) => {
          setOpen(event.newState === 'open')
        }}
        onKeyDown={onKeyDown}
        className="fixed inset-auto m-0 max-h-[80dvh] min-w-44 overflow-y-auto rounded-md border border-edge bg-raised p-1 text-ink shadow-float"
      >
        {isOpen && (
          <>
            {header}
            <div role="menu" aria-label={label}>
              {groups
                .filter((group) => group.length > 0)
                .map((group, index) => (
                  <div
                    key={group[0]?.label}
                    role="group"
                    className={index > 0 ? 'mt-1 border-t border-line pt-1' : ''}
                  >
                    {group.map((item) => (
                      <MenuButton key={item.label} item={item} onChoose={close} />
                    ))}
                  </div>
                ))}
            </div>
          </>
        )}
      </div>
    </>
  )
}

function MenuButton({ item, onChoose }: { item: MenuItem; onChoose: () => void }) {
  const { label, icon, look, isChecked, run } = item
  return (
    <button
      type="button"
      role={isChecked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={isChecked}
      tabIndex={-1}
      onClick={() => {
        onChoose()
        run()
      }}
      onMouseEnter={(event) => {
        event.currentTarget.focus({ preventScroll: true })
      }}
      className={`flex w-full items-center gap-2.5 rounded-sm px-2 py-1.5 text-left outline-none focus:bg-hover touch:py-2.5 ${look === 'danger' ? 'text-danger' : ''}`}
    >
      {icon}
      <span className="flex-1">{label}</span>
      {isChecked && <span aria-hidden="true">✓</span>}
    </button>
  )
}

const itemsOf = (list: Element) =>
  Array.from(list.querySelectorAll<HTMLElement>('[role^="menuitem"]'))

/** Below its button where there is room, else above; never outside of the window. */
function place(list: HTMLElement, button: DOMRect): void {
  const { width, height } = list.getBoundingClientRect()
  const below = button.bottom + GAP_PX
  const isBelow = below + height + MARGIN_PX <= innerHeight
  const left = Math.min(button.left, innerWidth - width - MARGIN_PX)
  list.style.left = `${String(Math.max(MARGIN_PX, left))}px`
  list.style.top = `${String(isBelow ? below : Math.max(MARGIN_PX, button.top - GAP_PX - height))}px`
}
