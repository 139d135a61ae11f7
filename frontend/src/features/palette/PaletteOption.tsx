/** One thing that the palette offers. */

import { keyName } from '../shell/key-name'
import type { Entry } from './entries'
import { Highlighted } from '../../ui/Highlighted'

interface Props {
  id: string
  entry: Entry
  isActive: boolean
  onPoint: () => void
  onRun: () => void
}

export function PaletteOption({ id, entry, isActive, onPoint, onRun }: Props) {
  const { icon, text, spans, detail, keys } = entry
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onMouseMove={onPoint}
      onClick={onRun}
      className={`flex cursor-pointer items-start gap-2.5 rounded-sm px-2 py-1.5 touch:py-2.5 ${isActive ? 'bg-hover' : ''}`}
    >
      <span className="flex h-5 items-center text-faint">{icon}</span>
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <Highlighted text={text} spans={spans} />
        </span>
        {detail && (
          <span className="line-clamp-2 text-fine break-words text-soft">
            <Highlighted text={detail.text} spans={detail.spans} />
          </span>
        )}
      </span>
      {keys && <kbd className="font-sans text-fine text-faint touch:hidden">{keyName(keys)}</kbd>}
    </div>
  )
}
