/** How large a document is shown; 1 is as wide as its place. */

const STEPS = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4]

/** The next size up (1) or down (-1). */
export function nextZoom(zoom: number, step: number): number {
  const next =
    step > 0 ? STEPS.find((one) => one > zoom + 0.01) : STEPS.findLast((one) => one < zoom - 0.01)
  return next ?? zoom
}
