/** Whether diagrams are drawn; their code is shown otherwise. */

import { createContext } from 'react'

export const DiagramsContext = createContext(false)
