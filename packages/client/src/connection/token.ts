export interface TokenClaims {
  readonly subject: string | undefined;
  /** When it expires, in ms since the epoch by the service's clock. */
  readonly expiresAtMs: number | undefined;
}

const NO_CLAIMS: TokenClaims = { subject: undefined, expiresAtMs: undefined };

/**
 * What a JWT says of itself, unverified: enough to choose the replica and to renew in time. Who the user is, the
 * welcome says. [SDK9]
 */
export function readClaims(token: string): TokenClaims {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { sub, exp } = claims;
    return {
      subject: typeof sub === 'string' ? sub : undefined,
      expiresAtMs: typeof exp === 'number' ? exp * 1_000 : undefined,
    };
  } catch {
    return NO_CLAIMS;
  }
}
