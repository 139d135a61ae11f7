/** Catches what nobody expected while a part of the page is shown. */

import type { ReactNode } from 'react'
import { Component } from 'react'

interface Props {
  /** Returns what stands in the place of the broken part. */
  onError: (thrown: unknown) => ReactNode
  children: ReactNode
}

interface State {
  isBroken: boolean
  fallback: ReactNode
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { isBroken: false, fallback: null }

  static getDerivedStateFromError(): Partial<State> {
    return { isBroken: true }
  }

  override componentDidCatch(thrown: unknown): void {
    this.setState({ fallback: this.props.onError(thrown) })
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.state.fallback : this.props.children
  }
}
