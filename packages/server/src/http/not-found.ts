import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly path: RegExp;
  readonly methods: Set<string>;
}

/**
 * Answers what no route takes: `method_not_allowed` with `Allow` where the path is known for another
 * method, else `not_found`. Call it before the routes are added.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const routesByUrl = new Map<string, KnownRoute>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = routesByUrl.get(url) ?? { path: pathOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) known.methods.add(name);
    routesByUrl.set(url, known);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const pathname = request.url.split('?', 1)[0] ?? '';
    const allowed = new Set<string>();
    for (const { path, methods } of routesByUrl.values()) {
      if (path.test(pathname)) for (const method of methods) allowed.add(method);
    }
    if (allowed.size === 0) throw new CuepointError('not_found', 'There is no such route.');
    void reply.header('allow', [...allowed].sort().join(', '));
    throw new CuepointError('method_not_allowed', `This route takes ${[...allowed].join(', ')}.`);
  });
}

function pathOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) =>
      segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${segments.join('/')}$`);
}
