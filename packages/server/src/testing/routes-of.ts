import type { FastifyInstance } from 'fastify';

/** `GET /path/{parameter}` of every route of the app, hidden ones and those of the framework too. */
export function routesOf(app: FastifyInstance): string[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const {
        indent = '',
        part = '',
        methods,
      } = /^(?<indent>[│ ]*)[└├]── (?<part>[^ ]*)(?: \((?<methods>[^)]*)\))?$/.exec(line)?.groups ??
      {};
      const depth = indent.length / 4;
      const path = `${parents[depth - 1] ?? ''}${part}`;
      parents[depth] = path;
      const named = path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
      return methods?.split(', ').map((method) => `${method} ${named}`) ?? [];
    });
}
