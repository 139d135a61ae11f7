/** What a new chat shows: a greeting, and questions to begin with. */

const EXAMPLES = [
  'Why is the sky blue at noon and red in the evening?',
  'Explain recursion with an example from everyday life.',
  'What is the difference between weather and climate?',
  'Help me plan two weeks of preparation for a maths exam.',
]

export function EmptyChat({ onPick }: { onPick: (text: string) => void }) {
  return (
    <div className="mx-auto flex w-full max-w-[44rem] flex-1 flex-col justify-end px-4 pb-8 md:justify-center md:px-7.5 md:pb-16">
      <h1 className="text-title font-semibold">What would you like to understand?</h1>
      <p className="mt-1 text-soft">
        Ask in your own words, or drop documents here and ask about them.
      </p>
      <ul className="mt-6 grid border-t border-line">
        {EXAMPLES.map((text) => (
          <li key={text} className="border-b border-line">
            <button
              type="button"
              onClick={() => {
                onPick(text)
              }}
              className="w-full px-1 py-2.5 text-left text-soft transition-colors hover:bg-hover hover:text-ink"
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
