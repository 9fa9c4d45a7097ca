const CODE = /^#code=(?<code>[\w-]+)(?:&ticket=(?<ticket>[\w.-]+))?$/;

let taken:
  | { readonly code: string; readonly ticket?: string; readonly pathname: string }
  | undefined;

/**
 * The code in the address, which is then out of it: neither the history nor a screenshot keeps it. Asked for again it is
 * the same, as pages are rendered twice while they are developed.
 */
export function takeCode(): string | undefined {
  const { hash, pathname, search } = window.location;
  const { code, ticket } = CODE.exec(hash)?.groups ?? {};
  if (code === undefined) return taken?.pathname === pathname ? taken.code : undefined;
  taken = { code, pathname, ...(ticket === undefined ? {} : { ticket }) };
  window.history.replaceState(null, '', pathname + search);
  return code;
}

const FINISH = '/compat/trakt/oauth/finish';

/** Where the browser goes once the person has decided, if it came from a client that waits for it to come back. */
export function wayBack(decision: 'confirm' | 'deny'): string | undefined {
  if (taken?.ticket === undefined) return undefined;
  const denied = decision === 'deny' ? '&denied' : '';
  return `${FINISH}?ticket=${taken.ticket}${denied}`;
}
