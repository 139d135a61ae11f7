/** Coming back: reloads, deep links, and a server that was away. */

import { act, cleanup, screen } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import { completed, generation, message, refusal, Stage, STARTED, tokens } from '../../api/testing'
import { answer, box, emptyServer, openPage } from '../../testing/page'

const QUESTION = message({ id: 'q', text: 'Why?' })

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
})

/** The page of a conversation with these messages. */
function openStored(...messages: ReturnType<typeof message>[]) {
  server.conversations.listMessages = () => ({ messages })
  return openPage(server, `/c/${STARTED.conversationId}`)
}

describe('coming back', () => {
  test('a reload in mid-answer goes on where the server is', async () => {
    const stage = new Stage()
    const resumes: number[] = []
    server.chat.getGeneration = () => ({
      generation: { ...generation('generating', 'Be'), answerMessageId: 'a', lastSequence: 2 },
    })
    server.chat.resumeGeneration = ({ afterSequence }, { signal }) => {
      resumes.push(afterSequence)
      return stage.stream(signal)
    }
    openStored(QUESTION, message({ id: 'a', parent: 'q', text: 'B', state: 'generating' }))

    await screen.findByText('Be')
    expect(answer().dataset.state).toBe('generating')
    stage.send(tokens(3, 'cause.', 2), completed(4, 'Because.'))

    await screen.findByText('Because.')
    await vi.waitFor(() => {
      expect(answer().dataset.state).toBe('complete')
    })
    expect(resumes).toEqual([2])
  })

  test('a conversation that does not exist says so', async () => {
    server.conversations.listMessages = () => {
      throw refusal('NotFound', 'CONVERSATION_NOT_FOUND')
    }
    openPage(server, `/c/${STARTED.conversationId}`)

    await screen.findByRole('heading', { name: 'There is no such conversation' })
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull()
  })

  test('an address that leads nowhere says so', () => {
    openPage(server, '/elsewhere')

    expect(screen.getByRole('heading', { name: 'There is no such page' })).toBeTruthy()
  })

  test('a draft survives a reload', async () => {
    const user = openPage(server)
    await user.type(box(), 'Not yet')
    cleanup()

    openPage(server)

    expect(box().value).toBe('Not yet')
  })

  test('the title of the conversation is that of the page', async () => {
    openStored(QUESTION)

    await screen.findByRole('heading', { name: 'A title' })
    expect(document.title).toBe('A title · Lamla')
  })
})

describe('a server that is away', () => {
  test('is said, tried again, and the page goes on when it is back', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    server.isDown = true
    openPage(server)
    await screen.findByText(/server cannot be reached at the moment\. Trying again/)

    server.isDown = false
    await act(() => vi.advanceTimersByTimeAsync(5_000))

    await screen.findByRole('link', { name: 'A title' })
    expect(screen.queryByText(/Trying again/)).toBeNull()
    vi.useRealTimers()
  })
})
