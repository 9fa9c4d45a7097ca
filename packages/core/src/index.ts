export * from './content-facts.ts';
export * from './continue-watching/index.ts';
export * from './dates.ts';
export * from './device-info.ts';
export type { DeviceRegistration } from './device-registration.ts';
export * from './device-registry.ts';
export { DISGUISES } from './device-text.ts';
export * from './errors.ts';
export { findFaults } from './find-faults.ts';
export * from './hybrid-logical-clock.ts';
export * from './ids.ts';
export { isDeeperThan } from './json-bounds.ts';
export { equalJson, type JsonValue } from './json-value.ts';
export * from './lww-register.ts';
export {
  requireContentId,
  requireDeviceId,
  requireUserId,
  type ManagerContext,
} from './manager-context.ts';
export * from './op.ts';
export * from './or-set.ts';
export * from './persistence-port.ts';
export * from './playback-position.ts';
export * from './play-id.ts';
export * from './plays.ts';
export * from './progress-sync.ts';
export * from './protocol/index.ts';
export { opKindOf, readOp } from './read-op.ts';
export * from './registers/index.ts';
export { toCuepointError, type SchemaFault } from './schema-fault.ts';
export * from './stamp.ts';
export * from './timestamp.ts';
export * from './watchlist-sync.ts';
export * from './wire-conversion.ts';
export * from './wire-op.ts';
export * from './works/index.ts';
