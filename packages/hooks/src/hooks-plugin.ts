import multipart from '@fastify/multipart';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { HOOK_BODY_BYTES_MAX, isAutomatedBody } from './body.ts';
import { HOOK_SOURCES, HookBodyError, type HookSource } from './hook-event.ts';
import type { Hook, HookPorts } from './ports.ts';
import { MULTIPART_LIMITS, readBody, tooLarge } from './read-body.ts';
import { readHook } from './read-hook.ts';
import { takeReading } from './take-event.ts';

/** Where a proxy's log is not to hold the secret: the address ends before it. */
export const HOOK_HEADER = 'x-cuepoint-hook';
/** 32 bytes in base64url; nothing else is looked up. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export interface HooksPluginOptions {
  readonly ports: HookPorts;
  /** Called for a secret that is none, before the answer; may throw what slows guessing down. */
  readonly onRefused: (request: FastifyRequest) => void;
  /** Called before anything of a hook is read; may throw what bounds its user. */
  readonly onCall: (hook: Hook, bytes: number) => void;
}

interface HookRoute {
  readonly Params: { readonly source: string; readonly secret?: string };
}

/**
 * `POST /hooks/{source}/{secret}`, and `POST /hooks/{source}` with the secret in a header.
 *
 * A playback that is of no interest is 204 as one that was recorded: no sender tries again, and errors only fill its log. What
 * cannot be read is 4xx. [HOK4]
 */
export async function hooksPlugin(
  app: FastifyInstance,
  options: HooksPluginOptions,
): Promise<void> {
  app.removeAllContentTypeParsers();
  await app.register(multipart, { limits: MULTIPART_LIMITS });
  // Any type: one sender calls its JSON plain text.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const route = {
    bodyLimit: HOOK_BODY_BYTES_MAX,
    // Not among the calls that the service documents: its body is the sender's.
    schema: { hide: true } as FastifySchema,
    onRequest: async (request: FastifyRequest<HookRoute>) => {
      requireSource(request.params.source);
      if (!SECRET.test(secretOf(request))) refuse(request);
      // Of a form nobody else asks before it is read.
      if (Number(request.headers['content-length'] ?? 0) > HOOK_BODY_BYTES_MAX) throw tooLarge();
    },
    handler: async (request: FastifyRequest<HookRoute>, reply: FastifyReply) =>
      take(request, reply),
  };
  app.post<HookRoute>('/hooks/:source/:secret', route);
  app.post<HookRoute>('/hooks/:source', route);

  async function take(request: FastifyRequest<HookRoute>, reply: FastifyReply) {
    const { body } = request;
    const source = requireSource(request.params.source);
    if (source === 'jellyfin' && Buffer.isBuffer(body) && isAutomatedBody(body))
      return reply.code(204).send();
    const hook = await options.ports.find(secretOf(request));
    if (hook === undefined) return refuse(request);
    options.onCall(hook, Number(request.headers['content-length'] ?? 0));
    await record(hook, source, request);
    return reply.code(204).send();
  }

  async function record(hook: Hook, source: HookSource, request: FastifyRequest): Promise<void> {
    const { ports } = options;
    const blank = { atMs: ports.now(), event: '', user: {}, title: '' };
    if (hook.source !== source) {
      const detail = `It came as ${source} to a hook of ${hook.source}.`;
      ports.note(hook, { ...blank, outcome: 'ignored', reason: 'other_source', detail });
      throw new CuepointError('not_found', 'There is no such hook of this source.');
    }
    try {
      const reading = readHook(source, await readBody(request));
      if (reading.kind !== 'automated') ports.note(hook, await takeReading(ports, hook, reading));
    } catch (error) {
      if (error instanceof HookBodyError) {
        ports.note(hook, {
          ...blank,
          outcome: 'unreadable',
          reason: 'bad_body',
          detail: error.message,
        });
        throw new CuepointError('invalid_request', error.message, { field: 'body' });
      }
      const detail = error instanceof CuepointError ? error.message : '';
      ports.note(hook, { ...blank, outcome: 'failed', reason: 'not_written', detail });
      throw error;
    }
  }

  function refuse(request: FastifyRequest): never {
    options.onRefused(request);
    throw new CuepointError('not_found', 'There is no such hook.');
  }
}

function secretOf(request: FastifyRequest<HookRoute>): string {
  const header = request.headers[HOOK_HEADER];
  return request.params.secret ?? (typeof header === 'string' ? header : '');
}

function requireSource(source: string): HookSource {
  const known = HOOK_SOURCES.find((each) => each === source);
  if (known === undefined) {
    throw new CuepointError('not_found', `A hook is of one of ${HOOK_SOURCES.join(', ')}.`);
  }
  return known;
}
