/** The whole page in a test, against a server in the same process. */

import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { OtherTabs } from '../api/testing'
import { conversation, ScriptedServer } from '../api/testing'
import { App } from '../app'
import { createServices } from '../services'

/** A server with one conversation and no messages. */
export function emptyServer(): ScriptedServer {
  const server = new ScriptedServer()
  server.conversations = {
    listConversations: () => ({ conversations: [conversation()] }),
    getConversation: () => ({ conversation: conversation() }),
    listMessages: () => ({ messages: [] }),
  }
  return server
}

/** Without `tabs` the page is on its own. */
export function openPage(server: ScriptedServer, path = '/', tabs?: OtherTabs) {
  history.replaceState(null, '', path)
  render(<App services={createServices(server.createApi(tabs))} />)
  return userEvent.setup()
}

export const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' })

/** The states of all messages that are shown. */
export const states = () => screen.getAllByRole('article').map(({ dataset }) => dataset.state)

export const answer = () => screen.getAllByRole('article').at(-1)!

/** What was last said to people who listen to the page. */
export const spoken = () => screen.getByRole('status').textContent
