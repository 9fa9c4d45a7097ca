export * from './kinds.ts';
export { requireRegister, requireRegisterKey, requireRegisterKind } from './read-register.ts';
export * from './register-set.ts';
export * from './value-bounds.ts';
