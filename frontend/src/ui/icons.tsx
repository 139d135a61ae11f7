/** The page's icons: strokes of the text's colour on a grid of 20. */

import type { ReactNode } from 'react'

function icon(shape: ReactNode) {
  return function Icon({ className = 'size-5' }: { className?: string }) {
    return (
      <svg
        className={className}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {shape}
      </svg>
    )
  }
}

export const PlusIcon = icon(<path d="M10 4.5v11M4.5 10h11" />)
export const SendIcon = icon(<path d="M10 16V4.5M5.2 9.2 10 4.4l4.8 4.8" />)
export const StopIcon = icon(
  <rect x="5.8" y="5.8" width="8.4" height="8.4" rx="1.4" fill="currentColor" />,
)
export const MenuIcon = icon(<path d="M3.5 6.2h13M3.5 10h13M3.5 13.8h8" />)
export const CloseIcon = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />)
export const PencilIcon = icon(
  <path d="m4 16 .7-3L13 4.7a1.6 1.6 0 0 1 2.3 2.3L7 15.3zM11.7 6l2.3 2.3" />,
)
export const TrashIcon = icon(
  <path d="M4.5 6h11M8 6V4.6c0-.6.4-1.1 1-1.1h2c.6 0 1 .5 1 1.1V6m2.3 0-.6 9a1.5 1.5 0 0 1-1.5 1.5H7.8a1.5 1.5 0 0 1-1.5-1.5L5.7 6" />,
)
export const CopyIcon = icon(
  <path d="M7.5 7.5V5a1.5 1.5 0 0 1 1.5-1.5h6A1.5 1.5 0 0 1 16.5 5v6a1.5 1.5 0 0 1-1.5 1.5h-2.5M5 7.5h6A1.5 1.5 0 0 1 12.5 9v6a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 15V9A1.5 1.5 0 0 1 5 7.5z" />,
)
export const CheckIcon = icon(<path d="m4.5 10.5 3.6 3.6 7.4-8" />)
export const AgainIcon = icon(<path d="M15.8 8.3A6.2 6.2 0 1 0 16.2 11M16.2 4.5v4h-4" />)
export const DownIcon = icon(<path d="M10 4.5v11M5.2 10.8l4.8 4.8 4.8-4.8" />)
export const PersonIcon = icon(
  <path d="M10 10.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM4 16.5c.6-2.6 3-4 6-4s5.4 1.4 6 4" />,
)
export const SpinnerIcon = icon(<path d="M10 3.5a6.5 6.5 0 1 1-6.5 6.5" />)
