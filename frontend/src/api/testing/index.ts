/** Stand-ins for the server, for tests: real gRPC-Web bytes, no network. */

export * from './events'
export type * from './evidence'
export * from './library'
export type { OtherTabs } from '../other-tabs'
export { noOtherTabs } from '../other-tabs'
export { invalidField, refusal } from './refusal'
export { ScriptedServer } from './scripted-server'
export { Stage } from './stage'
export { conversation, generation, message } from './stored'
