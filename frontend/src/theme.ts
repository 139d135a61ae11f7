/** Light or dark, as the user chose: an attribute of the page that theme.css knows. */

import type { SettingsStore } from './settings'

export function followTheme(settings: SettingsStore): void {
  const apply = () => {
    const { theme } = settings.get()
    if (theme === 'system') document.documentElement.removeAttribute('data-theme')
    else document.documentElement.dataset.theme = theme
    showInBrowser(theme === 'system' ? null : theme)
  }
  apply()
  settings.subscribe(apply)
}

/** The browser's own bars: index.html has a colour for each theme, of which the system's is shown. */
function showInBrowser(theme: 'light' | 'dark' | null): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const { scheme = '' } = meta.dataset
    const chosen = scheme === theme ? 'all' : 'not all'
    meta.setAttribute('media', theme === null ? `(prefers-color-scheme: ${scheme})` : chosen)
  }
}
