import { isDeeperThan } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import { fieldsOf, type Fields } from '../items/fields.ts';
import type { TraktPorts } from '../ports.ts';
import { TraktError } from './trakt-error.ts';

const DEPTH_MAX = 32;
/** Kodi sends a library of thousands in one body. */
export const BODY_BYTES_MAX = 4 * 1_048_576;

/**
 * Takes JSON and forms, whatever their media type says: clients send `{}` and `null` with DELETE, and a content type without a
 * body with GET. What is no object is an empty one.
 */
export function takeBodies(
  app: FastifyInstance,
  { countBytes }: Pick<TraktPorts, 'countBytes'>,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body))),
  );
  app.addContentTypeParser<string>(
    '*',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (request, body, done) => {
      if (request.traktCaller !== null) countBytes(request.traktCaller, Buffer.byteLength(body));
      if (body.trim() === '' || request.method === 'DELETE') return done(null, {});
      if (isDeeperThan(body, DEPTH_MAX)) {
        return done(
          new TraktError(400, 'invalid_request', `A body nests at most ${DEPTH_MAX} deep.`),
        );
      }
      try {
        return done(null, JSON.parse(body));
      } catch {
        return done(new TraktError(400, 'invalid_request', 'The body is not valid JSON.'));
      }
    },
  );
}

export function bodyOf({ body }: { readonly body: unknown }): Fields {
  return fieldsOf(body) ?? {};
}
