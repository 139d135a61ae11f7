/** Finds documents by name or by text, narrows and orders the list, and brings new ones in. */

import type { DocumentState } from '../../api'
import {
  FileIcon,
  FilterIcon,
  FolderIcon,
  GlobeIcon,
  PlusIcon,
  SearchIcon,
  SortIcon,
} from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import type { FilePicker } from '../uploads/useFilePicker'
import type { Order } from './orders'
import { ORDERS } from './orders'

/** Whether names are looked through, or what stands in the documents. */
export type SearchMode = 'names' | 'text'

const STATES: [string, DocumentState[]][] = [
  ['In any state', []],
  ['Being read', ['queued', 'processing']],
  ['Ready', ['ready']],
  ['Not readable', ['failed']],
  ['Stopped', ['cancelled']],
]

/** The contract's limit of questions. */
const LONGEST_QUERY = 2_000

interface Props {
  mode: SearchMode
  onMode: (mode: SearchMode) => void
  text: string
  onText: (text: string) => void
  states: DocumentState[]
  onStates: (states: DocumentState[]) => void
  order: Order
  onOrder: (order: Order) => void
  picker: FilePicker
  onImportUrl: () => void
}

export function Toolbar(props: Props) {
  const { mode, onMode, text, onText, states, onStates, order, onOrder } = props
  const isSame = (other: DocumentState[]) => other.join() === states.join()
  return (
    <div className="mt-4 mb-3 flex flex-wrap items-center gap-2">
      <search className="flex min-w-0 flex-1 basis-72 items-center rounded-sm border border-edge bg-raised focus-within:border-accent">
        <SearchIcon className="ms-2.5 size-4 shrink-0 text-faint" />
        <input
          type="search"
          aria-label={mode === 'names' ? 'Find documents by name' : 'Find in the text of documents'}
          placeholder={mode === 'names' ? 'Find by name' : 'Find in the text, or ask'}
          value={text}
          maxLength={LONGEST_QUERY}
          onChange={({ target }) => {
            onText(target.value)
          }}
          className="min-w-0 flex-1 bg-transparent px-2 py-1.5 outline-none placeholder:text-faint touch:py-2.5 touch:text-read"
        />
        <span role="radiogroup" aria-label="Where to look" className="flex gap-0.5 p-0.5">
          <ModeButton mode="names" current={mode} onMode={onMode} label="Names" />
          <ModeButton mode="text" current={mode} onMode={onMode} label="Text" />
        </span>
      </search>
      <div className="flex items-center gap-2 @max-[40rem]/page:w-full">
        {mode === 'names' && (
          <>
            <Menu
              label="Show documents"
              className={`${TOOL} ${states.length > 0 ? 'bg-hover text-ink' : 'text-soft'}`}
              groups={[
                STATES.map(([label, value]) => ({
                  label,
                  isChecked: isSame(value),
                  run: () => {
                    onStates(value)
                  },
                })),
              ]}
            >
              <FilterIcon className="size-4" />
            </Menu>
            <Menu
              label="Order"
              className={`${TOOL} text-soft`}
              groups={[
                ORDERS.map(([value, label]) => ({
                  label,
                  isChecked: value === order,
                  run: () => {
                    onOrder(value)
                  },
                })),
              ]}
            >
              <SortIcon className="size-4" />
            </Menu>
          </>
        )}
        <span className="ms-auto">
          <AddMenu {...props} />
        </span>
      </div>
    </div>
  )
}

const TOOL =
  'grid size-9 place-items-center rounded-sm border border-edge hover:bg-hover hover:text-ink touch:size-10'

interface ModeButtonProps {
  mode: SearchMode
  current: SearchMode
  onMode: (mode: SearchMode) => void
  label: string
}

function ModeButton({ mode, current, onMode, label }: ModeButtonProps) {
  return (
    <label className="cursor-pointer rounded-[0.25rem] px-2 py-1 text-fine text-soft has-checked:bg-hover has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent touch:py-2">
      <input
        type="radio"
        name="search-mode"
        className="sr-only"
        checked={mode === current}
        onChange={() => {
          onMode(mode)
        }}
      />
      {label}
    </label>
  )
}

type AddMenuProps = Pick<Props, 'picker' | 'onImportUrl'>

export function AddMenu({ picker, onImportUrl }: AddMenuProps) {
  return (
    <Menu
      label="Add documents"
      hasWords
      className="flex items-center gap-1.5 rounded-sm bg-accent px-3 py-1.5 font-medium text-on-accent hover:opacity-90 touch:py-2.5"
      groups={[
        [
          { label: 'Files…', icon: <FileIcon className={ICON} />, run: picker.pickFiles },
          { label: 'A folder…', icon: <FolderIcon className={ICON} />, run: picker.pickFolder },
          { label: 'From a web address…', icon: <GlobeIcon className={ICON} />, run: onImportUrl },
        ],
      ]}
    >
      <PlusIcon className="size-4" />
      Add
      <span className="sr-only"> documents</span>
    </Menu>
  )
}

const ICON = 'size-4 shrink-0'
