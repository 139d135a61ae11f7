/** Asking: what one sees from Enter to the end of the answer. */

import { screen } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import {
  answerOf,
  completed,
  message,
  refusal,
  Stage,
  STARTED,
  started,
  tokens,
} from '../../api/testing'
import { box, emptyServer, openPage, spoken, states } from '../../testing/page'

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

describe('asking', () => {
  test("parity('A4'): the first token is painted before the third is sent", async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')
    stage.send(started(), tokens(2, 'Be', 0))
    await screen.findByText('Be')

    stage.send(tokens(3, 'cause', 2), tokens(4, '.', 7), completed(5, 'Because.'))
    await screen.findByText('Because.')
    expect(location.pathname).toBe(`/c/${STARTED.conversationId}`)
    expect(states()).toEqual(['complete', 'complete'])
  })

  test('the question is shown at once, and the composer is empty and keeps the focus', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    const user = openPage(server)
    expect(document.activeElement).toBe(box())

    await user.type(box(), 'Why?{Enter}')

    expect(states()).toEqual(['sending', 'generating'])
    expect(box().value).toBe('')
    expect(document.activeElement).toBe(box())
  })

  test('a question is shown as it is, and an answer as Markdown without HTML', async () => {
    const text = '<img src=x onerror=alert(1)>\n\n**Bold** ![x](https://foreign.test/x.png)'
    server.chat.sendMessage = async function* () {
      yield* answerOf([text])
    }
    const user = openPage(server)

    await user.type(box(), '<b>Why?</b>{Enter}')

    expect((await screen.findByText('Bold')).tagName).toBe('STRONG')
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy()
    expect(screen.getAllByRole('article').at(-1)?.querySelector('img')).toBeNull()
    expect(screen.getByText('<b>Why?</b>').className).toContain('whitespace-pre-wrap')
  })

  test('begin and end are announced, tokens are not', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')
    stage.send(started(), tokens(2, 'Be', 0))
    await screen.findByText('Be')
    expect(spoken()).toBe('Lamla is answering.')

    stage.send(completed(3, 'Be'))
    await vi.waitFor(() => {
      expect(spoken()).toBe('Answer complete.')
    })
  })

  test('the next question replies to the branch that is shown', async () => {
    const parents: string[] = []
    server.chat.sendMessage = async function* ({ parentMessageId }) {
      parents.push(parentMessageId)
      yield* answerOf(['ok'])
    }
    const user = openStored(
      QUESTION,
      message({ id: 'a', parent: 'q', text: 'So.', state: 'complete' }),
    )
    await screen.findByText('So.')

    await user.type(box(), 'And?{Enter}')
    await screen.findByText('ok')

    expect(parents).toEqual(['a'])
    expect(states()).toHaveLength(4)
  })

  test('an example is put into the composer', async () => {
    const user = openPage(server)

    await user.click(screen.getByRole('button', { name: /recursion/ }))

    expect(box().value).toMatch(/recursion/)
    expect(document.activeElement).toBe(box())
  })
})

describe('a question that could not be sent', () => {
  test('stays, says why, and is sent again with the same request id', async () => {
    const requestIds: string[] = []
    server.chat.sendMessage = async function* ({ requestId }) {
      requestIds.push(requestId)
      if (requestIds.length === 1) throw refusal('Internal', 'INTERNAL')
      yield* answerOf(['ok'])
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')
    await screen.findByText(/Not sent\. Something went wrong on the server/)
    expect(states()).toEqual(['unsent'])
    await user.click(screen.getByRole('button', { name: 'Try again' }))

    await screen.findByText('ok')
    expect(requestIds[1]).toBe(requestIds[0])
    expect(states()).toEqual(['complete', 'complete'])
  })

  test('waits as long as the server asks for', async () => {
    server.chat.sendMessage = () => {
      throw refusal('ResourceExhausted', 'RATE_LIMITED', 30)
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')

    const button = await screen.findByRole<HTMLButtonElement>('button', {
      name: /Try again in 30 s/,
    })
    expect(button.disabled).toBe(true)
  })

  test('can be changed', async () => {
    server.chat.sendMessage = () => {
      throw refusal('Internal', 'INTERNAL')
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')
    await user.click(await screen.findByRole('button', { name: 'Edit' }))

    expect(box().value).toBe('Why?')
    expect(screen.queryAllByRole('article')).toEqual([])
  })
})
