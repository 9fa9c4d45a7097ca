import { isCuepointError } from '@cuepoint/core';
import type { FastifyRequest } from 'fastify';
import { bodyOf } from '../http/take-bodies.ts';
import { TraktError, type FailureStatus } from '../http/trakt-error.ts';
import { textOf } from '../items/fields.ts';
import type { OAuthScope } from '../plugin.ts';
import { sealed, unsealed } from '../sign-in/sealed.ts';
import type { PolledTokens } from '../sign-in/sign-in-port.ts';
import { labelOf, sendTokens, signInOf } from '../sign-in/tokens.ts';

const PURPOSE = 'device code';

type Waiting = Exclude<PolledTokens['outcome'], 'granted'>;

const TOLD_AS: Readonly<Record<Waiting, readonly [status: FailureStatus, code: string]>> = {
  pending: [400, 'authorization_pending'],
  unknown: [404, 'invalid_grant'],
  used: [409, 'invalid_grant'],
  expired: [410, 'expired_token'],
  denied: [418, 'access_denied'],
};

/** A client shows letters, and asks whether a person has typed them: Trakt's form of RFC 8628. [ACC3] [TRK7] */
export function addDeviceCodeRoutes({ app, ports }: OAuthScope): void {
  app.route({
    method: 'POST',
    url: '/oauth/device/code',
    handler: async (request) => {
      const signIn = signInOf(ports);
      const begun = await signIn.begin(request, labelOf(request));
      return {
        device_code: sealed(signIn, PURPOSE, begun.deviceCode),
        user_code: begun.userCode,
        verification_url: begun.page,
        expires_in: begun.expiresInSeconds,
        interval: begun.intervalSeconds,
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/oauth/device/token',
    handler: async (request, reply) => {
      const signIn = signInOf(ports);
      const given = textOf(bodyOf(request)['code']) ?? '';
      const polled = await poll(request, unsealed(signIn, PURPOSE, given));
      if (polled.outcome === 'granted') return sendTokens(reply, polled.tokens, ports.now());
      const [status, code] = TOLD_AS[polled.outcome];
      throw new TraktError(status, code, `The code is ${polled.outcome}.`);
    },
  });

  /** A client that hears of a trouble gives up, where one that hears of nothing asks again. [TRK7] */
  async function poll(
    request: FastifyRequest,
    deviceCode: string | undefined,
  ): Promise<PolledTokens> {
    if (deviceCode === undefined) return { outcome: 'unknown' };
    try {
      return await signInOf(ports).poll(request, deviceCode);
    } catch (error) {
      if (isCuepointError(error, 'rate_limited')) throw error;
      // It is in the log.
      ports.toFailure(error, request);
      return { outcome: 'pending' };
    }
  }
}
