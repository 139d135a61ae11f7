/** Answers: how they are stopped, end, and are made again. */

import { screen, within } from '@testing-library/react'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import {
  answerOf,
  cancelled,
  completed,
  failed,
  generation,
  message,
  refusal,
  Stage,
  STARTED,
  started,
  tokens,
} from '../../api/testing'
import { answer, box, emptyServer, openPage, spoken, states } from '../../testing/page'

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

const BY_SMALL_MODEL = { model: 'smollm2-135m-instruct', usage: { outputTokens: 3 } }

describe('how an answer ended is said', () => {
  test.each([
    [{ state: 'cancelled' }, /^Stopped$/, null],
    [{ state: 'cancelled' }, /^Stopped$/, 'Continue'],
    [{ state: 'interrupted' }, /server stopped before/, 'Try again'],
    [{ state: 'interrupted' }, /server stopped before/, 'Continue'],
    [{ state: 'failed', reason: 'PROVIDER_UNAVAILABLE' }, /model cannot be reached/, 'Try again'],
    [{ state: 'failed', reason: 'PROVIDER_INTERRUPTED' }, /in the middle/, 'Continue'],
    [{ state: 'failed', reason: 'CONTEXT_TOO_LONG' }, /too long for the model/, null],
    [{ state: 'failed', reason: 'MODEL_UNKNOWN' }, /not have this model/, 'Choose another model'],
    [{ state: 'complete', finish: 'length' }, /cut off/, 'Continue'],
    [{ state: 'complete', finish: 'length' }, /cut off/, 'Regenerate'],
    [{ state: 'complete', ...BY_SMALL_MODEL }, /Small built-in model/, 'Regenerate'],
  ] as const)('%o', async (stored, words, action) => {
    openStored(QUESTION, message({ id: 'a', parent: 'q', text: 'So', ...stored }))

    expect(await screen.findByText(words)).toBeTruthy()
    expect(answer().dataset.state).toBe(stored.state)
    if (action) expect(within(answer()).getByRole('button', { name: action })).toBeTruthy()
    else expect(within(answer()).queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  test('a conversation that is too long for the model leads to a new one', async () => {
    const stored = { state: 'failed', reason: 'CONTEXT_TOO_LONG' } as const
    const user = openStored(QUESTION, message({ id: 'a', parent: 'q', text: '', ...stored }))

    await user.click(await screen.findByRole('link', { name: 'New chat' }))

    expect(location.pathname).toBe('/')
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

describe('what an answer cost', () => {
  const usage = {
    promptTokens: 120,
    outputTokens: 61,
    timeToFirstToken: { nanos: 500_000_000 },
    duration: { seconds: 3n, nanos: 500_000_000 },
  }

  test('is said in short, and in full when it is wanted', async () => {
    const model = 'teacher-1'
    const user = openStored(
      QUESTION,
      message({ id: 'a', parent: 'q', text: 'So', state: 'complete', model, usage }),
    )

    const summary = await screen.findByRole('button', { name: '61 tokens · 3.5 s' })
    expect(summary.getAttribute('aria-expanded')).toBe('false')
    await user.click(summary)

    const details = within(answer()).getAllByRole('definition')
    expect(details.map(({ textContent }) => textContent)).toEqual(
      expect.arrayContaining(['120 tokens', '61 tokens', '0.5 s', '3.5 s', '20.3 tokens/s']),
    )
  })
})

describe('an answer that is followed', () => {
  test('and stopped on another device says so', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    const user = openPage(server)
    await user.type(box(), 'Why?{Enter}')
    stage.send(started(), tokens(2, 'Be', 0))
    await screen.findByText('Be')

    stage.send(cancelled(3, 'Be'))

    await screen.findByText('Stopped')
    expect(answer().dataset.state).toBe('cancelled')
    expect(spoken()).toBe('Answer stopped.')
  })

  test('over a lost connection says that it connects again, and goes on', async () => {
    const first = new Stage()
    const second = new Stage()
    server.chat.sendMessage = (_, { signal }) => first.stream(signal)
    server.chat.resumeGeneration = (_, { signal }) => second.stream(signal)
    const user = openPage(server)
    await user.type(box(), 'Why?{Enter}')
    first.send(started(), tokens(2, 'Be', 0))
    await screen.findByText('Be')

    first.break()
    await screen.findByText(/Reconnecting…/)
    second.send(tokens(3, 'cause.', 2), completed(4, 'Because.'))

    await screen.findByText('Because.')
    expect(screen.queryByText(/Reconnecting…/)).toBeNull()
  })
})
