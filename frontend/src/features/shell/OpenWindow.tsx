/** The window that is open; most are fetched when they are first needed, or when nothing else is. */

import type { ComponentType } from 'react'
import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react'
import { useServices } from '../../services'
import { Palette } from '../palette/Palette'
import { ErrorBoundary } from './ErrorBoundary'
import type { WindowName } from './windows'

export interface WindowProps {
  onClose: () => void
}

/** What is wanted at once when its keys are pressed is there from the start. */
type LateWindow = Exclude<WindowName, 'palette'>
type Load = () => Promise<{ default: ComponentType<WindowProps> }>

const LOADS: Record<LateWindow, Load> = {
  'sign-in': () =>
    import('../account/SignInWindow').then(({ SignInWindow }) => ({ default: SignInWindow })),
  register: () =>
    import('../account/RegisterWindow').then(({ RegisterWindow }) => ({
      default: RegisterWindow,
    })),
  settings: () =>
    import('../settings/SettingsWindow').then(({ SettingsWindow }) => ({
      default: SettingsWindow,
    })),
  shortcuts: () =>
    import('../palette/ShortcutsWindow').then(({ ShortcutsWindow }) => ({
      default: ShortcutsWindow,
    })),
  import: () =>
    import('../transfer/ImportWindow').then(({ ImportWindow }) => ({ default: ImportWindow })),
  export: () =>
    import('../transfer/ExportWindow').then(({ ExportWindow }) => ({ default: ExportWindow })),
}

const WINDOWS: Record<WindowName, ComponentType<WindowProps>> = {
  palette: Palette,
  'sign-in': lazy(LOADS['sign-in']),
  register: lazy(LOADS.register),
  settings: lazy(LOADS.settings),
  shortcuts: lazy(LOADS.shortcuts),
  import: lazy(LOADS.import),
  export: lazy(LOADS.export),
}

/** Late enough not to be in the way of the first conversation. */
const PRELOAD_MS = 4_000

export function OpenWindow() {
  const { api, windows, toaster } = useServices()
  const name = useSyncExternalStore(windows.subscribe, windows.get)
  usePreload()
  if (!name) return null

  const Content = WINDOWS[name]
  const giveUp = (thrown: unknown) => {
    api.errors.note(thrown)
    windows.close()
    toaster.show('This part of the page could not be loaded. Reloading the page may help.', {
      look: 'danger',
      action: {
        label: 'Reload',
        run: () => {
          location.reload()
        },
      },
    })
    return null
  }
  return (
    <ErrorBoundary key={name} onError={giveUp}>
      <Suspense fallback={null}>
        <Content onClose={windows.close} />
      </Suspense>
    </ErrorBoundary>
  )
}

/** A window that is asked for while the server is away is there then. */
function usePreload(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of Object.values(LOADS)) load().catch(() => undefined) // Asked for again later.
    }, PRELOAD_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [])
}
