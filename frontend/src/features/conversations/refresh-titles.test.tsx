import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import { answerOf, conversation, message, STARTED } from '../../api/testing'
import { box, emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer
let title: string

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  title = 'Why is the sky blue at noon?'
  server = emptyServer()
  server.conversations.listConversations = () => ({ conversations: [conversation({ title })] })
  server.conversations.getConversation = () => ({ conversation: conversation({ title }) })
  server.conversations.listMessages = () => ({
    messages: [
      message({ id: STARTED.userMessageId, text: 'Why?' }),
      message({
        id: STARTED.answerMessageId,
        parent: STARTED.userMessageId,
        text: 'Because.',
        state: 'complete',
      }),
    ],
  })
  server.chat.sendMessage = async function* () {
    yield* answerOf(['Because.'])
  }
})
afterEach(() => vi.useRealTimers())

test('the title that the model writes after the first answer is shown', async () => {
  openPage(server)
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime })
  await user.type(box(), 'Why?{Enter}')
  await screen.findByText('Because.')
  const list = within(screen.getByRole('navigation', { name: 'Conversations' }))
  await list.findByRole('link', { name: title })

  title = 'Blue sky'
  await vi.advanceTimersByTimeAsync(11_000)

  await list.findByRole('link', { name: 'Blue sky' })
  await waitFor(() => {
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Blue sky')
  })
})
