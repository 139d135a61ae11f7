/** The outline of a conversation whose messages are still to come. */

export function TranscriptSkeleton() {
  return (
    <div aria-hidden="true" className="grid animate-late gap-4 pt-6">
      <div className="h-11 rounded-md bg-hover" />
      <div className="grid gap-2.5 md:px-3.5">
        <div className="h-4 w-11/12 rounded-sm bg-hover" />
        <div className="h-4 w-full rounded-sm bg-hover" />
        <div className="h-4 w-3/5 rounded-sm bg-hover" />
      </div>
    </div>
  )
}
