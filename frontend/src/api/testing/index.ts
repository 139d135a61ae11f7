/** Stand-ins for the server, for tests: real gRPC-Web bytes, no network. */

export * from './events'
export { invalidField, refusal } from './refusal'
export { ScriptedServer } from './scripted-server'
export { Stage } from './stage'
export { conversation, generation, message } from './stored'
