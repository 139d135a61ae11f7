/** What the user chose for this browser; kept in it, and the same in all its tabs. */

import { useSyncExternalStore } from 'react'
import type { GenerationConfig } from './api'
import { useServices } from './services'

export type Theme = 'system' | 'light' | 'dark'

/** `model`, `temperature` and `maxOutputTokens` of null are the server's defaults. */
export interface Settings extends GenerationConfig {
  theme: Theme
  /** Whether diagrams are drawn; their code is shown otherwise. */
  diagrams: boolean
}

const KEY = 'lamla.settings'

const DEFAULTS: Settings = {
  model: null,
  temperature: null,
  maxOutputTokens: null,
  theme: 'system',
  diagrams: false,
}

export class SettingsStore {
  #storage: Storage
  #settings: Settings
  #listeners = new Set<() => void>()

  constructor(storage: Storage) {
    this.#storage = storage
    this.#settings = read(storage)
    addEventListener('storage', ({ key }) => {
      if (key === KEY || key === null) this.#show(read(storage))
    })
  }

  get = (): Settings => this.#settings

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  change(change: Partial<Settings>): void {
    const settings = { ...this.#settings, ...change }
    this.#storage.setItem(KEY, JSON.stringify(settings))
    this.#show(settings)
  }

  /** How answers are to be generated from now on. */
  config(): GenerationConfig {
    const { model, temperature, maxOutputTokens } = this.#settings
    return { model, temperature, maxOutputTokens }
  }

  #show(settings: Settings): void {
    this.#settings = settings
    for (const listener of this.#listeners) listener()
  }
}

export function useSettings(): Settings {
  const { settings } = useServices()
  return useSyncExternalStore(settings.subscribe, settings.get)
}

/** What is stored may be of an older page, or of nobody knows what. */
function read(storage: Storage): Settings {
  const stored = parse(storage.getItem(KEY))
  const { model, temperature, maxOutputTokens, theme, diagrams } = stored
  return {
    model: typeof model === 'string' ? model : DEFAULTS.model,
    temperature: isWithin(temperature, 0, 2) ? temperature : DEFAULTS.temperature,
    maxOutputTokens: isWithin(maxOutputTokens, 1, 4096)
      ? maxOutputTokens
      : DEFAULTS.maxOutputTokens,
    theme: theme === 'light' || theme === 'dark' ? theme : DEFAULTS.theme,
    diagrams: typeof diagrams === 'boolean' ? diagrams : DEFAULTS.diagrams,
  }
}

function parse(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most
}
