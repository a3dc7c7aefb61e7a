'use client'

import { unstable_rethrow } from 'next/navigation'
import { Component, type ReactNode } from 'react'
import { button } from './button'

type Props = { title: string; retry(): void; children: ReactNode }

/** Shows an error in place of one part of the page. Errors that Next uses for redirects pass through. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(error: unknown) {
    unstable_rethrow(error)
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <div role="alert" className="rounded-xl border border-line bg-surface p-5">
        <p className="mb-3 font-medium">{this.props.title} could not be loaded.</p>
        <button
          type="button"
          className={button('outline')}
          onClick={() => {
            this.setState({ failed: false })
            this.props.retry()
          }}
        >
          Try again
        </button>
      </div>
    )
  }
}
