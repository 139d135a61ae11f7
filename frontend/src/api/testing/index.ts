/** Stand-ins for the server, for tests: real gRPC-Web bytes, no network. */

export * from './events'
export { ScriptedServer } from './scripted-server'
