/** Finds conversations, words in them, and everything that can be done: by the keyboard alone. */

import type { KeyboardEvent } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { IconButton } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { CloseIcon, SearchIcon } from '../../ui/icons'
import type { Entry } from './entries'
import { PaletteOption } from './PaletteOption'
import { useEntries } from './useEntries'

/** What Page Up and Page Down skip. */
const PAGE = 8

export function Palette({ onClose }: { onClose: () => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const list = useRef<HTMLDivElement>(null)
  const { groups, isSearching, error } = useEntries(text)
  const entries = groups.flatMap((group) => group.entries)
  const index = Math.max(
    0,
    entries.findIndex(({ key }) => key === chosen),
  )
  const active = entries[index]

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [active?.key])

  const run = (entry: Entry) => {
    if (!entry.isStaying) onClose()
    entry.run()
  }
  const move = (to: number) => {
    setChosen(entries.at(to % entries.length)?.key ?? null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const last = entries.length - 1
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: Math.min(index + PAGE, last),
      PageUp: Math.max(index - PAGE, 0),
    }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      move(to)
    }
    if (event.key === 'Enter' && active) {
      event.preventDefault()
      run(active)
    }
  }
  const optionId = (key: string) => `${id}-${key}`
  const summary = summaryOf(text, entries.length, isSearching, error)

  return (
    <Dialog
      label="Search and commands"
      onClose={onClose}
      className="mx-auto mt-0 mb-auto h-dvh max-h-none w-full max-w-none overflow-hidden md:mt-[12vh] md:h-fit md:max-h-[70vh] md:w-[38rem] md:rounded-lg"
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <div className="flex shrink-0 items-center gap-2.5 border-b border-line px-4">
          <SearchIcon className="size-5 shrink-0 text-faint" />
          <input
            data-first-focus
            role="combobox"
            aria-label="Search and commands"
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls={`${id}-list`}
            aria-activedescendant={active && optionId(active.key)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            enterKeyHint="go"
            placeholder="Search conversations, or type a command"
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              setChosen(null)
            }}
            onKeyDown={onKeyDown}
            className="h-13 min-w-0 flex-1 bg-transparent text-read outline-none placeholder:text-faint"
          />
          <IconButton label="Close" className="-mr-2 size-9 md:hidden" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        </div>
        <div
          ref={list}
          id={`${id}-list`}
          role="listbox"
          aria-label="Results"
          className="min-h-0 flex-1 overflow-y-auto p-2"
        >
          {groups.map((group) => (
            <div key={group.name} role="group" aria-label={group.name} className="pb-1">
              <div aria-hidden="true" className="px-2 pt-2 pb-1 text-fine font-semibold text-faint">
                {group.name}
              </div>
              {group.entries.map((entry) => (
                <PaletteOption
                  key={entry.key}
                  id={optionId(entry.key)}
                  entry={entry}
                  isActive={entry.key === active?.key}
                  onPoint={() => {
                    setChosen(entry.key)
                  }}
                  onRun={() => {
                    run(entry)
                  }}
                />
              ))}
            </div>
          ))}
        </div>
        <p
          role="status"
          className={`shrink-0 border-t border-line px-4 py-2 text-fine ${error ? 'text-danger' : 'text-faint'}`}
        >
          {summary}
        </p>
      </div>
    </Dialog>
  )
}

function summaryOf(text: string, count: number, isSearching: boolean, error: Error | null): string {
  if (error) return `Messages could not be searched. ${error.message}`
  if (!text.trim()) return 'Type to find conversations, words in messages, and commands.'
  if (isSearching) return 'Searching…'
  if (count === 0) return 'Nothing was found.'
  return count === 1 ? 'One result.' : `${String(count)} results.`
}
