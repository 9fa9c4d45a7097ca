const LINK = /^#link=(?<code>[\w-]+)$/;

/** Whether the address carries the code of a one-time link. */
export function hasLink(): boolean {
  return LINK.test(window.location.hash);
}

/** The code in the address, which is then out of it: neither the history nor a screenshot keeps it. */
export function takeLink(): string | undefined {
  const code = LINK.exec(window.location.hash)?.groups?.['code'];
  if (code === undefined) return undefined;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}
