/** What an answer cost, in words. */

import type { Message, Usage } from '../../api'

/** Null when nothing was written, or nothing is known of it. */
export function summaryOf(usage: Usage | null): string | null {
  if (!usage) return null
  const { outputTokens, durationMs } = usage
  if (outputTokens === 0) return null
  const tokens = `${count(outputTokens)} ${outputTokens === 1 ? 'token' : 'tokens'}`
  return durationMs === null ? tokens : `${tokens} · ${seconds(durationMs)}`
}

/** What is known, each with its name. */
export function detailsOf({ model, provider, usage, createTime }: Message): [string, string][] {
  const details: [string, string][] = [['Model', provider ? `${model} (${provider})` : model]]
  if (usage) {
    const { promptTokens, outputTokens, firstTokenMs, durationMs } = usage
    if (promptTokens > 0) details.push(['Read', `${count(promptTokens)} tokens`])
    details.push(['Written', `${count(outputTokens)} tokens`])
    if (firstTokenMs !== null) details.push(['First word after', seconds(firstTokenMs)])
    if (durationMs !== null) details.push(['Took', seconds(durationMs)])
    const rate = rateOf(usage)
    if (rate !== null) details.push(['Speed', `${rate} tokens/s`])
  }
  if (createTime.getTime() > 0) details.push(['Asked', createTime.toLocaleString()])
  return details
}

function rateOf({ outputTokens, firstTokenMs, durationMs }: Usage): string | null {
  const ms = (durationMs ?? 0) - (firstTokenMs ?? 0)
  return outputTokens > 1 && ms > 0 ? ((outputTokens * 1000) / ms).toFixed(1) : null
}

const count = (value: number) => value.toLocaleString('en')

function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
