export { describeReceipt } from './describe-receipt.ts';
export { HOOK_BODY_BYTES_MAX } from './body.ts';
export {
  HOOK_SOURCES,
  type HookEvent,
  type HookReading,
  type HookSource,
  type HookUser,
} from './hook-event.ts';
export { HOOK_HEADER, hooksPlugin, type HooksPluginOptions } from './hooks-plugin.ts';
export type { Hook, HookPorts, HookWrite, WorkMatch, WorkMatcher } from './ports.ts';
export { readHook } from './read-hook.ts';
export { type Receipt } from './receipt.ts';
export { TAUTULLI_TEMPLATE } from './sources/tautulli.ts';
export type { Step, Viewing, ViewingReport } from './viewing.ts';
