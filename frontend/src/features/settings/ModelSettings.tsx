/** Which model answers, and how. The server says what may be asked for. */

import type { Model, Models } from '../../api'
import type { Settings } from '../../settings'
import { Notice } from '../../ui/Notice'
import { Slider } from '../../ui/Slider'

interface Props {
  settings: Settings
  /** Undefined until the server has said. */
  models: Models | undefined
  onChange: (change: Partial<Settings>) => void
}

const LEAST_TOKENS = 50

export function ModelSettings({ settings, models, onChange }: Props) {
  if (!models) return <p className="text-soft">Asking the server for its models…</p>

  const { defaultTemperature, defaultMaxOutputTokens, maxOutputTokensCap: cap } = models
  const chosen = models.models.find(
    ({ name }) => name === (settings.model ?? models.models[0]?.name),
  )
  const isGone = settings.model !== null && models.models.length > 0 && !chosen
  return (
    <div className="grid gap-5">
      <div className="grid gap-1">
        <label htmlFor="settings-model" className="font-medium">
          Model
        </label>
        <select
          id="settings-model"
          data-first-focus
          value={settings.model ?? ''}
          onChange={(event) => {
            onChange({ model: event.target.value || null })
          }}
          className="rounded-sm border border-edge bg-paper px-2 py-1.5 text-read"
        >
          <option value="">{defaultLabel(models.models[0])}</option>
          {models.models.map((model) => (
            <option key={`${model.provider}/${model.name}`} value={model.name}>
              {labelOf(model)}
            </option>
          ))}
          {isGone && <option value={settings.model ?? ''}>{settings.model} (not there now)</option>}
        </select>
        {chosen?.contextTokens && (
          <p className="text-fine text-faint">
            Keeps about {chosen.contextTokens.toLocaleString('en')} tokens of a conversation in
            mind.
          </p>
        )}
        <ModelNotice models={models} chosen={chosen} isGone={isGone} />
      </div>
      <Slider
        label="Temperature"
        hint="Low is predictable, high is varied."
        min={0}
        max={2}
        step={0.1}
        value={settings.temperature}
        defaultValue={defaultTemperature}
        onChange={(temperature) => {
          onChange({ temperature })
        }}
      />
      <Slider
        label="Longest answer, in tokens"
        hint={`A token is about three quarters of an English word. This server allows ${cap.toLocaleString('en')}.`}
        min={Math.min(LEAST_TOKENS, cap)}
        max={cap}
        step={50}
        value={settings.maxOutputTokens === null ? null : Math.min(settings.maxOutputTokens, cap)}
        defaultValue={defaultMaxOutputTokens}
        onChange={(maxOutputTokens) => {
          onChange({ maxOutputTokens })
        }}
      />
    </div>
  )
}

interface ModelNoticeProps {
  models: Models
  chosen: Model | undefined
  isGone: boolean
}

function ModelNotice({ models, chosen, isGone }: ModelNoticeProps) {
  if (models.models.length === 0) {
    return <Notice look="notice">No model can be reached at the moment.</Notice>
  }
  if (isGone) {
    return <Notice look="notice">The server does not have this model any more.</Notice>
  }
  if (chosen?.isSmallBuiltIn) {
    return (
      <Notice look="notice">
        This is the small built-in model. It is often wrong: run{' '}
        <code className="font-mono">make model</code> on the server for a better one.
      </Notice>
    )
  }
  return null
}

const labelOf = ({ name, provider, isSmallBuiltIn }: Model) =>
  `${name} · ${isSmallBuiltIn ? 'small, built in' : provider}`

const defaultLabel = (first: Model | undefined) =>
  first ? `The server’s default (${first.name})` : 'The server’s default'
