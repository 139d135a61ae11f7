/** The page's icons: strokes of the text's colour on a grid of 20. */

import type { ReactNode } from 'react'

export function icon(shape: ReactNode) {
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
export const SearchIcon = icon(
  <path d="M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.8 3.8" />,
)
export const MoreIcon = icon(<path d="M4.6 10h.01M10 10h.01M15.4 10h.01" strokeWidth="2.2" />)
export const PinIcon = icon(<path d="M7.5 3.5h5l-.6 5 2.6 2.6H5.5l2.6-2.6zM10 11.2v5.3" />)
export const ArchiveIcon = icon(
  <path d="M3.5 4h13v3h-13zM4.5 7v8.2c0 .5.4.8.8.8h9.4c.4 0 .8-.3.8-.8V7M8 10.2h4" />,
)
export const ExportIcon = icon(<path d="M10 3.5v9M6 8.8l4 3.9 4-3.9M4 16.3h12" />)
export const ImportIcon = icon(<path d="M10 12.7v-9M6 7.4l4-3.9 4 3.9M4 16.3h12" />)
export const SettingsIcon = icon(<path d="M3.5 6h6m4 0h3M3.5 14h3m4 0h6M11.5 4v4M8.5 12v4" />)
export const KeyboardIcon = icon(
  <path d="M3 5.5h14v9H3zM5.8 8.4h.01M8.6 8.4h.01M11.4 8.4h.01M14.2 8.4h.01M7 11.6h6" />,
)
export const SignInIcon = icon(<path d="M8 3.8h6.5v12.4H8M3.5 10h7.6M8.2 7l3 3-3 3" />)
export const SignOutIcon = icon(<path d="M12 3.8H5.5v12.4H12M8.5 10h8M13.6 7l3 3-3 3" />)
export const BackIcon = icon(<path d="M15.5 10h-11M9.2 5.2 4.4 10l4.8 4.8" />)
export const ChatIcon = icon(
  <path d="M4 4.5h12a.8.8 0 0 1 .8.8v7.4a.8.8 0 0 1-.8.8H9l-3.6 3v-3H4a.8.8 0 0 1-.8-.8V5.3a.8.8 0 0 1 .8-.8z" />,
)
export const UndoIcon = icon(<path d="M7.5 4.5 4 8l3.5 3.5M4.3 8h7.2a4 4 0 0 1 0 8H8" />)
export const PreviousIcon = icon(<path d="M12 5.2 7.2 10l4.8 4.8" />)
export const NextIcon = icon(<path d="m8 5.2 4.8 4.8L8 14.8" />)
export const ContinueIcon = icon(<path d="M4 5.5v9M8 5.5l7.5 4.5L8 14.5z" />)
export const LibraryIcon = icon(
  <path d="M4 4.5h3v11H4zM8.5 4.5h3v11h-3zM13 5.2l2.6-.7 2.6 10.5-2.6.7z" />,
)
export const FileIcon = icon(
  <path d="M6 3.5h5l3.5 3.5v8.5a1 1 0 0 1-1 1h-7.5a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM11 3.5V7h3.5" />,
)
export const FolderIcon = icon(
  <path d="M3.5 6a1 1 0 0 1 1-1H8l1.6 2h6a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z" />,
)
export const ClipIcon = icon(
  <path d="m8.2 11.6 4.3-4.3a1.6 1.6 0 0 1 2.3 2.3l-5.4 5.4a3.2 3.2 0 0 1-4.5-4.5l5.6-5.6" />,
)
export const GlobeIcon = icon(
  <path d="M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.5 10h13M10 3.5c2.2 2 2.6 4.4 2.6 6.5s-.4 4.5-2.6 6.5c-2.2-2-2.6-4.4-2.6-6.5s.4-4.5 2.6-6.5z" />,
)
export const SortIcon = icon(<path d="M4 6h12M4 10h8M4 14h4" />)
export const FilterIcon = icon(<path d="M4 5h12l-4.6 5.4v4.1L8.6 16v-5.6z" />)
export const WarnIcon = icon(<path d="M10 3.8 17 16H3zM10 8.4v3.6M10 14h.01" />)
export const MinusIcon = icon(<path d="M4.5 10h11" />)
