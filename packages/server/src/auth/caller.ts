import type { Identity } from './identity.ts';

/** Who a request comes from, once its token is verified. */
export interface Caller {
  /** The user whose data the request is about. */
  readonly userId: string;
  /** The device that the request names, by its header or its token. */
  readonly deviceId: string | undefined;
  readonly identity: Identity;
}

/** What writes when no device is named. */
export const DEFAULT_DEVICE_ID = 'http-api';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null only where no token is needed. */
    caller: Caller | null;
  }
}
