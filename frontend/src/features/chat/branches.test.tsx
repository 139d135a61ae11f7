/** Branches: versions of questions and answers, and how one gets from one to another. */

import { screen, within } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import {
  answerOf,
  conversation,
  message,
  refusal,
  Stage,
  STARTED,
  started,
  tokens,
} from '../../api/testing'
import { answer, box, emptyServer, openPage, spoken, states } from '../../testing/page'

const CONVERSATION = `/c/${STARTED.conversationId}`

// q ─ a1 | a2 ─ q2 ─ b, and another question in the place of q: r ─ c.
const MESSAGES = [
  message({ id: 'q', text: 'Why?' }),
  message({ id: 'a1', parent: 'q', text: 'First answer.', state: 'complete' }),
  message({ id: 'a2', parent: 'q', text: 'Second answer.', state: 'complete' }),
  message({ id: 'r', text: 'How?' }),
  message({ id: 'c', parent: 'r', text: 'Like this.', state: 'complete' }),
  message({ id: 'q2', parent: 'a2', text: 'And then?' }),
  message({ id: 'b', parent: 'q2', text: 'The end.', state: 'complete' }),
]

let server: ScriptedServer
let remembered: (string | undefined)[]

beforeEach(() => {
  server = emptyServer()
  remembered = []
  server.conversations.listMessages = () => ({ messages: MESSAGES })
  server.conversations.updateConversation = ({ currentMessageId }) => {
    remembered.push(currentMessageId)
    return { conversation: conversation({ currentMessageId: currentMessageId ?? '' }) }
  }
})

const question = () => screen.getAllByRole('article')[0]!
const shown = () => screen.getAllByRole('article').map(({ dataset }) => dataset.message)
const versions = (of: HTMLElement) => within(of).getByRole('group', { name: /^Versions/ })

describe('versions', () => {
  test('the newest branch is shown first', async () => {
    openPage(server, CONVERSATION)

    await screen.findByText('The end.')
    expect(shown()).toEqual(['q', 'a2', 'q2', 'b'])
    expect(versions(question()).textContent).toBe('Version 1/2')
  })

  test('another version of an answer is shown with what follows it, and remembered', async () => {
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')

    await user.click(screen.getByRole('button', { name: 'Previous answer' }))
    expect(shown()).toEqual(['q', 'a1'])
    expect(spoken()).toBe('Version 1 of 2 of this answer.')

    await user.click(screen.getByRole('button', { name: 'Next answer' }))
    expect(shown()).toEqual(['q', 'a2', 'q2', 'b'])
    await vi.waitFor(() => {
      expect(remembered).toEqual(['a1', 'b'])
    })
  })

  test('the arrow keys switch them, and the focus stays', async () => {
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')
    screen.getByRole('button', { name: 'Next question' }).focus()

    await user.keyboard('{ArrowRight}')
    expect(shown()).toEqual(['r', 'c'])
    await user.keyboard('{ArrowRight}{ArrowLeft}')

    expect(shown()).toEqual(['q', 'a2', 'q2', 'b'])
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Next question' }))
  })

  test('the branch that was looked at last is shown on the next visit', async () => {
    server.conversations.getConversation = () => ({
      conversation: conversation({ currentMessageId: 'c' }),
    })
    openPage(server, CONVERSATION)

    await screen.findByText('Like this.')
    expect(shown()).toEqual(['r', 'c'])
  })

  test('the next question goes on with the branch that is shown', async () => {
    const parents: string[] = []
    server.chat.sendMessage = async function* ({ parentMessageId }) {
      parents.push(parentMessageId)
      yield* answerOf(['ok'])
    }
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')
    await user.click(screen.getByRole('button', { name: 'Previous answer' }))

    await user.type(box(), 'More?{Enter}')

    await screen.findByText('ok')
    expect(parents).toEqual(['a1'])
    expect(screen.queryByText('The end.')).toBeNull()
  })

  test('a message that the address names is shown, on whichever branch it is', async () => {
    const scroll = vi.fn()
    Element.prototype.scrollIntoView = scroll
    openPage(server, `${CONVERSATION}#a1`)

    await screen.findByText('First answer.')
    expect(shown()).toEqual(['q', 'a1'])
    expect(scroll.mock.instances[0]).toBe(answer())
  })
})

describe('a question that is changed', () => {
  /** Opens the editor of the first question. */
  async function openEditor(change: string) {
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')
    await user.click(within(question()).getByRole('button', { name: 'Edit this question' }))
    const editor = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Question' })
    expect(document.activeElement).toBe(editor)
    expect(editor.value).toBe('Why?')
    await user.clear(editor)
    if (change) await user.type(editor, change)
    return user
  }

  test('is another version, with an answer of its own', async () => {
    const stage = new Stage()
    const asked: unknown[] = []
    server.chat.editMessage = ({ messageId, text }, { signal }) => {
      asked.push([messageId, text])
      return stage.stream(signal)
    }
    const user = await openEditor('Why not?')

    await user.keyboard('{Enter}')
    expect(states()).toEqual(['sending', 'generating'])
    stage.send(started(), tokens(2, 'Because.', 0))

    await screen.findByText('Because.')
    expect(asked).toEqual([['q', 'Why not?']])
    expect(screen.getByText('Why not?')).toBeTruthy()
    expect(versions(question()).textContent).toBe('Version 3/3')
    await user.click(screen.getByRole('button', { name: 'Previous question' }))
    expect(shown()).toEqual(['r', 'c'])
  })

  test('stays as it was after Escape, and the focus goes back', async () => {
    const user = await openEditor('Something else')

    await user.keyboard('{Escape}')

    expect(screen.getByText('Why?')).toBeTruthy()
    expect(screen.queryByRole('textbox', { name: 'Question' })).toBeNull()
    await vi.waitFor(() => {
      const button = within(question()).getByRole('button', { name: 'Edit this question' })
      expect(document.activeElement).toBe(button)
    })
  })

  test('cannot be empty', async () => {
    const user = await openEditor('')

    await user.keyboard('{Enter}')

    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Ask' }).disabled).toBe(true)
    expect(screen.getByRole('textbox', { name: 'Question' })).toBeTruthy()
  })

  test('that could not be sent can be sent again, or the old one kept', async () => {
    server.chat.editMessage = () => {
      throw refusal('ResourceExhausted', 'RATE_LIMITED', 30)
    }
    const user = await openEditor('Why not?')
    await user.keyboard('{Enter}')

    await screen.findByText(/Not sent/)
    expect(screen.getByRole('button', { name: /Try again in/ })).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Keep the old question' }))

    expect(shown()).toEqual(['q', 'a2', 'q2', 'b'])
  })
})

test('an answer that was stopped is gone on with beside it', async () => {
  const stage = new Stage()
  const asked: string[] = []
  server.conversations.listMessages = () => ({
    messages: [
      message({ id: STARTED.userMessageId, text: 'Why?' }),
      message({ id: 'a', parent: STARTED.userMessageId, text: 'Be', state: 'cancelled' }),
    ],
  })
  server.chat.continueAnswer = ({ messageId }, { signal }) => {
    asked.push(messageId)
    return stage.stream(signal)
  }
  const user = openPage(server, CONVERSATION)

  await user.click(await screen.findByRole('button', { name: 'Continue' }))
  // What there was of it does not go away meanwhile.
  expect(screen.getByText('Be')).toBeTruthy()
  expect(states()).toEqual(['complete', 'generating'])
  stage.send(started(), tokens(2, 'Be', 0), tokens(3, 'cause.', 2))

  await screen.findByText('Because.')
  expect(asked).toEqual(['a'])
})

describe('deleting', () => {
  beforeEach(() => {
    server.conversations.deleteMessage = ({ messageId }) => {
      server.calls.push(`delete ${messageId}`)
      return { deletedCount: 1 }
    }
  })

  test('a message asks first, and takes along what follows it', async () => {
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')
    const second = screen.getAllByRole('article')[1]!
    await user.click(within(second).getByRole('button', { name: 'Delete this answer' }))

    const dialog = screen.getByRole('dialog', { name: 'Delete answer' })
    expect(dialog.textContent).toContain('2 messages that follow it')
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }))

    await screen.findByText('First answer.')
    expect(shown()).toEqual(['q', 'a1'])
    expect(server.calls).toContain('delete a2')
    expect(remembered).toEqual(['a1'])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('the only answer leaves a question that can be asked again', async () => {
    const asked: string[] = []
    server.conversations.listMessages = () => ({
      messages: [MESSAGES[0]!, MESSAGES[1]!],
    })
    server.chat.editMessage = async function* ({ messageId, text }) {
      asked.push(`${messageId} ${text}`)
      yield* answerOf(['Again.'])
    }
    const user = openPage(server, CONVERSATION)
    await user.click(await screen.findByRole('button', { name: 'Delete this answer' }))
    await user.click(screen.getByRole('button', { name: 'Delete' }))

    await user.click(await screen.findByRole('button', { name: 'Ask again' }))

    await screen.findByText('Again.')
    expect(asked).toEqual(['q Why?'])
  })

  test('that fails says so, and nothing is gone', async () => {
    server.conversations.deleteMessage = () => {
      throw refusal('Internal', 'INTERNAL')
    }
    const user = openPage(server, CONVERSATION)
    await screen.findByText('The end.')
    await user.click(within(answer()).getByRole('button', { name: 'Delete this answer' }))
    await user.click(screen.getByRole('button', { name: 'Delete' }))

    await screen.findByText(/Not deleted/)
    await user.click(screen.getByRole('button', { name: 'Keep' }))
    expect(shown()).toEqual(['q', 'a2', 'q2', 'b'])
  })
})
