/** What an answer cost. */

import type { Message } from '../../api'
import { detailsOf } from './answer-cost'

export function AnswerDetails({ message }: { message: Message }) {
  return (
    <dl className="mt-1 grid w-fit grid-cols-[auto_auto] gap-x-4 gap-y-0.5 tabular-nums">
      {detailsOf(message).map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd className="text-soft">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
