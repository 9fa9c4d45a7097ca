export type { DevelopmentMode } from './auth/authority.ts';
export { SCOPE_SERVICE, userIdOfSubject, type Identity } from './auth/identity.ts';
export { mintToken, type TokenRequest } from './auth/mint-token.ts';
export {
  createJwksVerifier,
  createSecretVerifier,
  type TokenVerifier,
  type TokenVerifierOptions,
} from './auth/token-verifier.ts';
export { readConfig, type AuthConfig, type Config } from './config/config.ts';
export type { SettingSources } from './config/read-settings.ts';
export {
  flagOf,
  SETTING_NAMES,
  settingOf,
  type Setting,
  type SettingName,
} from './config/settings.ts';
export { createAuditTrail, openAudit, type AuditTrail } from './http/audit-trail.ts';
export { createLogger } from './http/logger.ts';
export { createServiceMetrics, type ServiceMetrics } from './metrics/service-metrics.ts';
export {
  createService,
  type Service,
  type ServiceOptions,
  type StartedService,
} from './service/create-service.ts';
export { API_PREFIX } from './service/cuepoint-plugin.ts';
export { cuepoint, type CuepointOptions } from './service/embed.ts';
