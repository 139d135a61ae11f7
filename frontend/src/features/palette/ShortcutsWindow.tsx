/** All keys that do something. */

import { Window } from '../../ui/Window'
import { keyName } from '../shell/key-name'

const GROUPS: [string, [string, string][]][] = [
  [
    'Everywhere',
    [
      ['Mod K', 'Search and commands'],
      ['Mod Shift O', 'New chat'],
      ['Mod Shift L', 'Library'],
      ['?', 'These shortcuts'],
      ['Esc', 'Stop the answer, or close what is open'],
    ],
  ],
  [
    'While writing',
    [
      ['Enter', 'Send'],
      ['Shift Enter', 'New line'],
    ],
  ],
  [
    'In the list of conversations',
    [
      ['↑ ↓', 'Choose'],
      ['F2', 'Rename'],
      ['Delete', 'Delete; it can be undone'],
    ],
  ],
  [
    'In the library',
    [
      ['F2', 'Rename the document'],
      ['Delete', 'Delete the document, after a question'],
    ],
  ],
  [
    'In a document',
    [
      ['← →', 'Page before and after'],
      ['+ −', 'Larger and smaller'],
      ['Esc', 'Close it'],
    ],
  ],
]

export function ShortcutsWindow({ onClose }: { onClose: () => void }) {
  return (
    <Window title="Keyboard shortcuts" onClose={onClose}>
      {GROUPS.map(([name, keys]) => (
        <section key={name} className="mb-4 last:mb-0">
          <h3 className="mb-1 text-fine font-semibold text-faint">{name}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div
                key={key}
                className="flex items-baseline justify-between gap-4 border-t border-line py-1.5"
              >
                <dt>{what}</dt>
                <dd>
                  <kbd className="rounded-sm border border-edge px-1.5 py-0.5 font-sans text-fine text-soft">
                    {keyName(key)}
                  </kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Window>
  )
}
