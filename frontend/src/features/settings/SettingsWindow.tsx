/** What the user can choose for this browser. */

import { useModels } from '../../queries'
import { useServices } from '../../services'
import type { Settings, Theme } from '../../settings'
import { useSettings } from '../../settings'
import { Button } from '../../ui/Button'
import { Choice } from '../../ui/Choice'
import { Window } from '../../ui/Window'
import { ModelSettings } from './ModelSettings'

const THEMES: [Theme, string][] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

export function SettingsWindow({ onClose }: { onClose: () => void }) {
  const { settings: store } = useServices()
  const settings = useSettings()
  const models = useModels()
  const change = (part: Partial<Settings>) => {
    store.change(part)
  }

  return (
    <Window
      title="Settings"
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <section aria-labelledby="settings-answers">
        <h3 id="settings-answers" className={HEADING}>
          Answers
        </h3>
        <ModelSettings settings={settings} models={models} onChange={change} />
      </section>
      <section aria-labelledby="settings-look" className="mt-6">
        <h3 id="settings-look" className={HEADING}>
          Look
        </h3>
        <Choice
          label="Theme"
          options={THEMES}
          value={settings.theme}
          onChange={(theme) => {
            change({ theme })
          }}
        />
        <label className="mt-4 flex cursor-pointer items-start gap-2.5">
          <input
            type="checkbox"
            className="mt-0.5 size-4 accent-accent"
            checked={settings.diagrams}
            onChange={(event) => {
              change({ diagrams: event.target.checked })
            }}
          />
          <span>
            <span className="font-medium">Draw diagrams</span>
            <span className="block text-fine text-faint">
              Mermaid code in answers is shown as a picture. Fetches more code when it is needed.
            </span>
          </span>
        </label>
      </section>
      <p className="mt-6 border-t border-line pt-3 text-fine text-faint">
        These settings are kept in this browser.
      </p>
    </Window>
  )
}

const HEADING = 'mb-2 text-fine font-semibold text-faint'
