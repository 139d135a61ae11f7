/** Where uploads are kept over a reload. */

export const UPLOADS_KEY = 'lamla.uploads'

/** For somebody else who comes to this page. */
export function forgetUploads(): void {
  localStorage.removeItem(UPLOADS_KEY)
}
