/** Starts the page: one transport, one of each service, one tree of components. */

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { browserTabs, createApi, createTransport } from './api'
import { App } from './app'
import { createServices } from './services'
import { followTheme } from './theme'
import { reportErrors } from './unexpected-errors'
import './ui/theme.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root.')

const services = createServices(createApi(createTransport(location.origin), browserTabs()))
followTheme(services.settings)
reportErrors(services.api.errors)
createRoot(root).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
)
