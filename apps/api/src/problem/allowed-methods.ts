import type { NextFunction, Request, Response } from 'express';

/** As far as Express's router shows its routes (https://github.com/pillarjs/router). */
interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

/** The methods that the path of a request can be asked by, in the order of the alphabet; none where there is nothing. */
export function allowedMethods(request: Request): string[] {
  const methods = routedMethods(request);
  if (methods.size === 0) return [];
  // Express answers HEAD as GET without the body, and `answerOptions` does the other.
  return [...new Set([...methods, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort();
}

/** Tells by `Allow` what an address can be asked (RFC 9110, section 9.3.7), and leaves the rest to routes that say more. */
export function answerOptions(request: Request, response: Response, next: NextFunction): void {
  const methods = request.method === 'OPTIONS' ? routedMethods(request) : undefined;
  if (methods === undefined || methods.size === 0) return next();
  response.setHeader('Allow', allowedMethods(request).join(', '));
  if (methods.has('OPTIONS')) return next();
  response.status(204).end();
}

function routedMethods({ app, path }: Request): Set<string> {
  const { stack } = app.router as unknown as { readonly stack: readonly Layer[] };
  const matching = stack.filter((layer) => layer.route !== undefined && matches(layer, path));
  // An address with a name of its own is none of those that have an id in its place.
  const named = matching.filter(({ route }) => route?.path === path);
  const methods = (named.length > 0 ? named : matching).flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}),
  );
  return new Set(methods.map((method) => method.toUpperCase()));
}

function matches(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    // A path with a broken percent sign is that of nothing.
    return false;
  }
}
