import { CuepointError, isDeeperThan } from '@cuepoint/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { JSON_DEPTH_MAX, PARSED_AT_ONCE_LENGTH_MAX } from '../limits.ts';

export interface JsonBodyOptions {
  /** Told of each body's length in bytes, before it is looked into. */
  readonly onBody: (request: FastifyRequest, bytes: number) => void;
  /** Parses a long body when it is its sender's turn. [GC9] */
  readonly inTurn: (request: FastifyRequest, parse: () => void) => Promise<void>;
}

/**
 * Takes JSON bodies and no others, up to a depth; an empty body is an absent one. None is compressed: what a few
 * bytes may become is not to be found out.
 *
 * A key such as `__proto__` stays a plain key of its object, for the closed schemas to refuse: in a push
 * that costs one op, not those beside it.
 *
 * The depth is read before the text is parsed: neither the parser nor a schema meets a deep value.
 */
export function acceptJsonBodies(app: FastifyInstance, { onBody, inTurn }: JsonBodyOptions): void {
  const parseJson = app.getDefaultJsonParser('ignore', 'ignore');
  type Done = NonNullable<Parameters<typeof parseJson>[2]>;
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', async ({ headers }, reply, payload) => {
    if (/^(?:identity)?$/i.test(headers['content-encoding'] ?? '')) return payload;
    // RFC 7694: so that a client tells an encoding from a media type.
    void reply.header('accept-encoding', 'identity');
    throw new CuepointError('unsupported_media_type', 'A body is not compressed.', {
      field: 'Content-Encoding',
    });
  });
  app.addContentTypeParser<string>(
    ['application/json'],
    { parseAs: 'string' },
    (request, body, done) => {
      onBody(request, Buffer.byteLength(body));
      if (body.length < PARSED_AT_ONCE_LENGTH_MAX) parse(request, body, done);
      else void inTurn(request, () => parse(request, body, done));
    },
  );

  function parse(request: FastifyRequest, body: string, done: Done): void {
    if (body === '') {
      done(null, undefined);
    } else if (body.trim() === 'null') {
      // Once parsed it would look like a body that was left out.
      done(new CuepointError('invalid_request', 'A body is a JSON object.'), undefined);
    } else if (isDeeperThan(body, JSON_DEPTH_MAX)) {
      done(
        new CuepointError('limit_exceeded', `A body nests at most ${JSON_DEPTH_MAX} deep.`, {
          limit: { name: 'jsonDepth', value: JSON_DEPTH_MAX },
        }),
        undefined,
      );
    } else {
      void parseJson(request, body, done);
    }
  }
}
