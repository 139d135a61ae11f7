/** What the tabs of one browser share about who is here. */

export interface OtherTabs {
  /** The address of the account that is signed in; empty for guests. */
  email: string
  /** Tells the other tabs that somebody else is here. */
  announce: () => void
  onChange: (listener: () => void) => void
  /** Runs `work` while no other tab runs its own. */
  oneByOne: <T>(work: () => Promise<T>) => Promise<T>
}

const EMAIL_KEY = 'lamla.email'
const NAME = 'lamla.session'

/** A page on its own. */
export function noOtherTabs(): OtherTabs {
  const nothing = () => undefined
  return { email: '', announce: nothing, onChange: nothing, oneByOne: (work) => work() }
}

export function connectTabs(storage: Storage, channel: BroadcastChannel): OtherTabs {
  return {
    get email() {
      return storage.getItem(EMAIL_KEY) ?? ''
    },
    set email(email) {
      if (email) storage.setItem(EMAIL_KEY, email)
      else storage.removeItem(EMAIL_KEY)
    },
    announce() {
      channel.postMessage('changed')
    },
    onChange(listener) {
      channel.addEventListener('message', listener)
    },
    // Plain-HTTP pages of other hosts have no locks.
    async oneByOne(work) {
      const locks = 'locks' in navigator ? navigator.locks : null
      return locks ? await locks.request(NAME, work) : work()
    },
  }
}

/** The tabs of this browser. */
export const browserTabs = () => connectTabs(localStorage, new BroadcastChannel(NAME))
