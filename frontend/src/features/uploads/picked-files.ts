/** The files of a drop, a paste or a chooser: those in folders too. */

/** What a system puts beside the files of people. */
const LITTER = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini'])

/** Must be called while the event is handled; folders are read afterwards. */
export function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = Array.from(transfer.items)
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  if (entries.length === 0) return Promise.resolve(wanted(Array.from(transfer.files)))
  return Promise.all(entries.map(({ entry, file }) => filesWithin(entry, file))).then((all) =>
    wanted(all.flat()),
  )
}

export function wanted(files: readonly File[]): File[] {
  return files.filter(({ name }) => !LITTER.has(name) && !name.startsWith('._'))
}

/** Whether files are what is dragged or pasted. */
export function hasFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

async function filesWithin(entry: FileSystemEntry | null, file: File | null): Promise<File[]> {
  if (!entry?.isDirectory) return file ? [file] : []
  const files: File[] = []
  for (const inner of await entriesOf(entry as FileSystemDirectoryEntry)) {
    const found = inner.isFile ? await fileOf(inner as FileSystemFileEntry) : null
    files.push(...(await filesWithin(inner, found)))
  }
  return files
}

/** A reader gives some entries at a time, and none at the end. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => {
        resolve([])
      })
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}

/** Null when it cannot be read. */
function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => {
    entry.file(resolve, () => {
      resolve(null)
    })
  })
}
