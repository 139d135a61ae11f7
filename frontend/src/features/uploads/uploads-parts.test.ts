import { expect, test, vi } from 'vitest'
import { Pace } from './pace'
import { PartSize } from './part-size'
import { filesOf } from './picked-files'
import { sha256OfBlob } from './sha256'

const { signal } = new AbortController()

test('parts grow while they are quick, and shrink when they are slow or lost', () => {
  const size = new PartSize()
  const sizes = [size.get(0)]
  for (const ms of [10, 10, 10, 10_000, 10_000, 10_000, 10_000, 10_000]) {
    size.took(ms)
    sizes.push(size.get(0))
  }

  expect(sizes.map((bytes) => bytes / 1024)).toEqual([256, 512, 1024, 1024, 512, 256, 128, 64, 64])
  expect(size.get(10)).toBe(10)
})

test('calls come at once at first, and then at their pace', async () => {
  vi.useFakeTimers()
  const pace = new Pace({ perSecond: 10, burst: 3 })
  const begin = Date.now()
  const times: number[] = []
  const run = async () => {
    for (let call = 0; call < 6; call += 1) {
      await pace.turn(signal)
      times.push(Date.now() - begin)
    }
  }
  const running = run()
  await vi.advanceTimersByTimeAsync(1_000)
  await running
  vi.useRealTimers()

  expect(times).toEqual([0, 0, 0, 100, 200, 300])
})

test('a file is hashed piece by piece, to what it is as a whole', async () => {
  const bytes = new Uint8Array(9 * 2 ** 20).fill(7)
  const blob = new Blob([bytes])
  const read: number[] = []

  const digest = await sha256OfBlob(blob, (done) => read.push(done / 2 ** 20), signal)

  const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  expect(Array.from(digest)).toEqual(Array.from(whole))
  expect(read).toEqual([4, 8, 9])
})

/** A folder as a browser gives it: its entries some at a time. */
function folder(...entries: object[]) {
  const batches = [entries.slice(0, 1), entries.slice(1), []]
  const readEntries = (give: (some: object[]) => void) => {
    give(batches.shift() ?? [])
  }
  return { isDirectory: true, isFile: false, createReader: () => ({ readEntries }) }
}

function entry(name: string) {
  const give = (take: (file: File) => void) => {
    take(new File(['x'], name))
  }
  return { isDirectory: false, isFile: true, file: give }
}

test('what is dropped are files, and those in folders within folders, without litter', async () => {
  const inner = folder(entry('c.txt'), entry('.DS_Store'), entry('._c.txt'))
  const items = [
    { kind: 'string' },
    {
      kind: 'file',
      webkitGetAsEntry: () => entry('a.txt'),
      getAsFile: () => new File(['x'], 'a.txt'),
    },
    {
      kind: 'file',
      webkitGetAsEntry: () => folder(entry('b.txt'), inner),
      getAsFile: () => null,
    },
  ]

  const files = await filesOf({ items, files: [] } as unknown as DataTransfer)

  expect(files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt', 'c.txt'])
})
