import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Arrival } from '../../api'
import { document, refusal, ScriptedServer, UploadDesk } from '../../api/testing'
import type { FileUpload } from './uploads'
import { Uploads } from './uploads'

const KIB = 1024

let server: ScriptedServer
let desk: UploadDesk
let arrived: Arrival[]

beforeEach(() => {
  server = new ScriptedServer()
  desk = new UploadDesk()
  server.uploads = desk.service
  arrived = []
})

/** As a page that was just loaded has them. */
function openUploads(): Uploads {
  const onArrival = (arrival: Arrival) => arrived.push(arrival)
  return new Uploads({ library: server.createApi().library, onArrival })
}

function file(size: number, name = 'notes.txt'): File {
  const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251)
  return new File([bytes], name, { lastModified: 1 })
}

const bytes = (size: number) => Array.from({ length: size }, (_, index) => index % 251)
const first = (uploads: Uploads) => uploads.get()[0]!
const until = (uploads: Uploads, phase: FileUpload['phase']) =>
  vi.waitFor(() => {
    expect(uploads.get().map((one) => one.phase)).toContain(phase)
  }, 5_000)

describe('a file', () => {
  test('goes up in parts, whole and in order, and becomes a document', async () => {
    const uploads = openUploads()

    uploads.add([file(900 * KIB)])
    await until(uploads, 'done')

    expect(desk.bytesOf('u1')).toEqual(bytes(900 * KIB))
    expect(desk.offsets).toEqual([0, 256 * KIB, 768 * KIB])
    expect(arrived.map(({ document: { id } }) => id)).toEqual(['document-of-u1'])
    expect(uploads.isBusy).toBe(false)
  })

  test('keeps to the largest part that the server takes', async () => {
    desk.maxPartBytes = 100
    const uploads = openUploads()

    uploads.add([file(250)])
    await until(uploads, 'done')

    expect(desk.offsets).toEqual([0, 100, 200])
  })

  test('that the user has already needs no part', async () => {
    desk.service.createUpload = () => ({ existingDocument: document({ documentId: 'old' }) })
    const uploads = openUploads()

    uploads.add([file(10)])
    await until(uploads, 'done')

    expect(desk.offsets).toEqual([])
    expect(arrived[0]).toMatchObject({ isKnown: true, document: { id: 'old' } })
  })

  test('that is empty is refused here', () => {
    const uploads = openUploads()

    uploads.add([file(0)])

    expect(first(uploads)).toMatchObject({ phase: 'failed', error: 'This file is empty.' })
    expect(server.calls).toEqual([])
  })

  test('that is on its way is not taken twice', async () => {
    const uploads = openUploads()
    const one = file(10)

    uploads.add([one])
    uploads.add([one])
    await until(uploads, 'done')

    expect(uploads.get()).toHaveLength(1)
  })

  test('that the server does not take says why, and cannot be tried again', async () => {
    desk.service.createUpload = () => {
      throw refusal('ResourceExhausted', 'FILE_TOO_LARGE')
    }
    const uploads = openUploads()

    uploads.add([file(10)])
    await until(uploads, 'failed')

    expect(first(uploads)).toMatchObject({ canRetry: false })
    expect(first(uploads).error).toMatch(/larger than the server takes/)
  })

  test('that cannot be read any more says so, and others go on', async () => {
    const broken = file(10, 'broken.txt')
    vi.spyOn(broken, 'slice').mockImplementation(() => {
      throw new DOMException('gone', 'NotReadableError')
    })
    const uploads = openUploads()

    uploads.add([broken, file(20, 'good.txt')])
    await until(uploads, 'done')

    expect(first(uploads).error).toMatch(/cannot be read/)
    expect(uploads.get().map(({ phase }) => phase)).toEqual(['failed', 'done'])
  })
})

describe('an interruption', () => {
  test('a lost connection: it waits, and goes on where the server is', async () => {
    let failures = 0
    desk.onPart = (offset) => {
      if (offset === 0 || failures > 0) return
      failures += 1
      throw refusal('Unavailable', 'DATABASE_UNAVAILABLE')
    }
    const uploads = openUploads()

    uploads.add([file(600 * KIB)])
    await vi.waitFor(() => {
      expect(first(uploads).waiting?.reason).toBe('DATABASE_UNAVAILABLE')
    })
    await until(uploads, 'done')

    expect(server.calls).toContain('GetUpload')
    expect(desk.bytesOf('u1')).toEqual(bytes(600 * KIB))
    expect(first(uploads).waiting).toBeNull()
  })

  test('a part that arrived without its answer is not stored twice', async () => {
    let isFirst = true
    const { uploadPart } = desk.service
    desk.service.uploadPart = (request, context) => {
      const answer = uploadPart!(request, context)
      if (isFirst) {
        isFirst = false
        throw refusal('Unavailable', 'DRAINING')
      }
      return answer
    }
    const uploads = openUploads()

    uploads.add([file(400 * KIB)])
    await until(uploads, 'done')

    expect(desk.bytesOf('u1')).toEqual(bytes(400 * KIB))
  })

  test('a part that was damaged is sent again', async () => {
    let times = 0
    desk.onPart = () => {
      times += 1
      if (times === 1) throw refusal('InvalidArgument', 'CONTENT_HASH_MISMATCH')
    }
    const uploads = openUploads()

    uploads.add([file(100)])
    await until(uploads, 'done')

    expect(desk.offsets).toEqual([0, 0])
    expect(desk.bytesOf('u1')).toEqual(bytes(100))
  })

  test('an offset that the server does not expect: it asks where to go on', async () => {
    let isFirst = true
    desk.onPart = (offset) => {
      if (offset === 0 || !isFirst) return
      isFirst = false
      desk.received.set('u1', [])
    }
    const uploads = openUploads()

    uploads.add([file(600 * KIB)])
    await until(uploads, 'done')

    expect(desk.bytesOf('u1')).toEqual(bytes(600 * KIB))
    expect(desk.offsets[2]).toBe(0)
  })

  test('an upload that is somebody else’s now, as a guest has signed in, goes on', async () => {
    let isFirst = true
    desk.onPart = (offset) => {
      if (offset === 0 || !isFirst) return
      isFirst = false
      throw refusal('NotFound', 'UPLOAD_NOT_FOUND')
    }
    const uploads = openUploads()

    uploads.add([file(600 * KIB)])
    await until(uploads, 'done')

    expect(desk.bytesOf('u1')).toEqual(bytes(600 * KIB))
    expect(server.calls.filter((call) => call === 'CreateUpload')).toHaveLength(1)
  })

  test('an upload that the server forgot begins anew', async () => {
    desk.onPart = (offset) => {
      if (offset > 0 && desk.received.size === 1) {
        desk.received.set('kept', [])
        desk.forget('u1')
      }
    }
    const uploads = openUploads()

    uploads.add([file(600 * KIB)])
    await until(uploads, 'done')

    expect(arrived).toHaveLength(1)
    expect(server.calls.filter((call) => call === 'CreateUpload')).toHaveLength(2)
  })

  test('a whole that is not what was promised is sent again, but not for ever', async () => {
    desk.onComplete = () => {
      throw refusal('InvalidArgument', 'CONTENT_HASH_MISMATCH')
    }
    const uploads = openUploads()

    uploads.add([file(10)])
    await until(uploads, 'failed')

    expect(server.calls.filter((call) => call === 'CompleteUpload')).toHaveLength(3)
    expect(first(uploads).canRetry).toBe(true)
  })

  test('a reload: the same file goes on where it stopped', async () => {
    desk.onPart = (offset) => {
      if (offset > 0) throw refusal('Internal', 'INTERNAL')
    }
    const before = openUploads()
    before.add([file(600 * KIB)])
    await until(before, 'failed')
    desk.onPart = () => undefined
    desk.offsets = []

    const after = openUploads()
    after.add([file(600 * KIB)])
    await until(after, 'done')

    expect(desk.offsets).toEqual([256 * KIB, 512 * KIB])
    expect(desk.bytesOf('u1')).toEqual(bytes(600 * KIB))
    expect(localStorage.getItem('lamla.uploads')).toBe('{}')
  })

  test('one that was given up is gone on the server too', async () => {
    const uploads = openUploads()
    desk.onPart = () => {
      uploads.cancel(first(uploads).key)
    }

    uploads.add([file(600 * KIB)])

    await vi.waitFor(() => {
      expect(desk.cancelled).toEqual(['u1'])
    })
    expect(uploads.get()).toEqual([])
    expect(arrived).toEqual([])
  })

  test('a failed one can be tried again', async () => {
    desk.onComplete = () => {
      throw refusal('Internal', 'INTERNAL')
    }
    const uploads = openUploads()
    uploads.add([file(10)])
    await until(uploads, 'failed')
    desk.onComplete = () => undefined

    uploads.retry(first(uploads).key)

    await until(uploads, 'done')
  })
})

test('a few files at a time, and one that fails does not hold the others up', async () => {
  let atOnce = 0
  let most = 0
  const { createUpload } = desk.service
  desk.service.createUpload = async (request, context) => {
    atOnce += 1
    most = Math.max(most, atOnce)
    await Promise.resolve()
    if (request.file?.fileName === '3.txt') {
      atOnce -= 1
      throw refusal('Internal', 'INTERNAL')
    }
    const answer = await createUpload!(request, context)
    await new Promise((resolve) => setTimeout(resolve, 5))
    atOnce -= 1
    return answer
  }
  const uploads = openUploads()

  uploads.add(Array.from({ length: 8 }, (_, index) => file(10 + index, `${index}.txt`)))
  await vi.waitFor(() => {
    expect(uploads.isBusy).toBe(false)
  }, 5_000)

  expect(most).toBeLessThanOrEqual(2)
  expect(uploads.get().filter(({ phase }) => phase === 'done')).toHaveLength(7)
  expect(uploads.get()[3]).toMatchObject({ name: '3.txt', phase: 'failed' })
})

test('leaving the page while files are on their way is asked about', async () => {
  desk.service.createUpload = () => new Promise(() => undefined)
  const uploads = openUploads()
  uploads.add([file(10)])
  await until(uploads, 'hashing')

  const leaving = new Event('beforeunload', { cancelable: true })
  dispatchEvent(leaving)
  uploads.clear()
  const leavingLater = new Event('beforeunload', { cancelable: true })
  dispatchEvent(leavingLater)

  expect(leaving.defaultPrevented).toBe(true)
  expect(leavingLater.defaultPrevented).toBe(false)
})
