/** Answers: how they are stopped, end, and are made again. */

import { screen, within } from '@testing-library/react'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import {
  answerOf,
  failed,
  generation,
  message,
  refusal,
  Stage,
  STARTED,
  started,
  tokens,
} from '../../api/testing'
import { answer, box, emptyServer, openPage, states } from '../../testing/page'

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

describe('stopping', () => {
  test.each(['Stop', 'Escape'])('by %s closes the answer and keeps its text', async (by) => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    server.chat.cancelGeneration = () => ({ generation: generation('cancelled', 'Be') })
    const user = openPage(server)
    await user.type(box(), 'Why?{Enter}')
    stage.send(started(), tokens(2, 'Be', 0))
    await screen.findByText('Be')

    if (by === 'Stop') await user.click(screen.getByRole('button', { name: 'Stop' }))
    else await user.keyboard('{Escape}')

    await screen.findByText('Stopped')
    expect(answer().dataset.state).toBe('cancelled')
    expect(screen.getByText('Be')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Send' })).toBeTruthy()
    expect(document.activeElement).toBe(box())
  })

  test('before the answer has begun stops it as soon as it has', async () => {
    const stage = new Stage()
    const stopped: string[] = []
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    server.chat.cancelGeneration = ({ generationId }) => {
      stopped.push(generationId)
      return { generation: generation('cancelled', '') }
    }
    const user = openPage(server)
    await user.type(box(), 'Why?{Enter}')

    await user.keyboard('{Escape}')
    expect(stopped).toEqual([])
    stage.send(started())

    await screen.findByText('Stopped')
    expect(stopped).toHaveLength(1)
  })

  test('that fails says so, and the answer goes on', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    server.chat.cancelGeneration = () => {
      throw refusal('Internal', 'INTERNAL')
    }
    const user = openPage(server)
    await user.type(box(), 'Why?{Enter}')
    stage.send(started())

    await user.keyboard('{Escape}')

    await screen.findByText(/It could not be stopped/)
    expect(answer().dataset.state).toBe('generating')
  })
})

describe('how an answer ended is said', () => {
  test.each([
    [{ state: 'cancelled' }, /^Stopped$/, null],
    [{ state: 'interrupted' }, /server stopped before/, 'Try again'],
    [{ state: 'failed', reason: 'PROVIDER_UNAVAILABLE' }, /model cannot be reached/, 'Try again'],
    [{ state: 'failed', reason: 'CONTEXT_TOO_LONG' }, /too long for the model/, null],
    [{ state: 'complete', finish: 'length' }, /cut off/, 'Regenerate'],
    [{ state: 'complete', model: 'smollm2-135m-instruct' }, /Small built-in model/, 'Regenerate'],
  ] as const)('%o', async (stored, words, action) => {
    openStored(QUESTION, message({ id: 'a', parent: 'q', text: 'So', ...stored }))

    expect(await screen.findByText(words)).toBeTruthy()
    expect(answer().dataset.state).toBe(stored.state)
    if (action) expect(within(answer()).getByRole('button', { name: action })).toBeTruthy()
    else expect(within(answer()).queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  test('trying again makes another answer in the place of the failed one', async () => {
    const asked: string[] = []
    server.chat.regenerate = async function* ({ messageId }) {
      asked.push(messageId)
      yield* answerOf(['Better.'])
    }
    const failedAnswer = { state: 'failed', reason: 'PROVIDER_INTERRUPTED' } as const
    const user = openStored(
      message({ id: STARTED.userMessageId, text: 'Why?' }),
      message({ id: 'a', parent: STARTED.userMessageId, text: 'So', ...failedAnswer }),
    )

    await user.click(await screen.findByRole('button', { name: 'Try again' }))

    await screen.findByText('Better.')
    expect(asked).toEqual(['a'])
    expect(states()).toEqual(['complete', 'complete'])
    expect(screen.queryByText('So')).toBeNull()
  })

  test('a failure in mid-answer keeps the text', async () => {
    server.chat.sendMessage = async function* () {
      yield* [started(), tokens(2, 'Half', 0), failed(3, 'Half', 'PROVIDER_INTERRUPTED')]
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')

    await screen.findByText(/stopped in the middle/)
    expect(screen.getByText('Half')).toBeTruthy()
  })
})
