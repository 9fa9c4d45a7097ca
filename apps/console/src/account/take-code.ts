const CODE = /^#code=(?<code>[\w-]+)$/;

let taken: { readonly code: string; readonly pathname: string } | undefined;

/**
 * The code in the address, which is then out of it: neither the history nor a screenshot keeps it. Asked for again it is
 * the same, as pages are rendered twice while they are developed.
 */
export function takeCode(): string | undefined {
  const { hash, pathname, search } = window.location;
  const code = CODE.exec(hash)?.groups?.['code'];
  if (code === undefined) return taken?.pathname === pathname ? taken.code : undefined;
  taken = { code, pathname };
  window.history.replaceState(null, '', pathname + search);
  return code;
}
