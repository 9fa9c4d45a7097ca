export interface TokenClaims {
  /** Whom the token names; `undefined` of an opaque one, whose user only the welcome can say. */
  readonly subject: string | undefined;
  /** When it expires, in ms since the epoch by the service's clock. */
  readonly expiresAtMs: number | undefined;
}

const OPAQUE: TokenClaims = { subject: undefined, expiresAtMs: undefined };
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Three parts, the first of which is an object in base64url. */
const JWT_FORM = /^e[^.]*\.([^.]*)\.[^.]*$/;

/**
 * What a JWT says of itself, unverified: enough to choose the replica and to renew in time. Who the user is, the
 * welcome says. [SDK9]
 *
 * @returns `undefined` where it is a JWT whose claims cannot be read, or name nobody: nobody is a default. [ENG6]
 */
export function readClaims(token: string): TokenClaims | undefined {
  const payload = JWT_FORM.exec(token)?.[1];
  if (payload === undefined) return OPAQUE;
  try {
    const claims = JSON.parse(decodeBase64Url(payload)) as Record<string, unknown>;
    const { sub, exp } = claims;
    if (typeof sub !== 'string') return undefined;
    return { subject: sub, expiresAtMs: typeof exp === 'number' ? exp * 1_000 : undefined };
  } catch {
    // Not base64url of JSON in UTF-8: whoever asked halts, and says so.
    return undefined;
  }
}

/** By hand: engines that the SDK runs on have no `atob`, `TextDecoder` or `replaceAll`. [ENG1] */
function decodeBase64Url(text: string): string {
  let escaped = '';
  let bits = 0;
  let count = 0;
  for (const char of text.replace(/=+$/, '')) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) throw new SyntaxError('not base64url');
    bits = ((bits << 6) | digit) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    escaped += `%${(((bits >> count) & 0xff) | 0x100).toString(16).slice(1)}`;
  }
  return decodeURIComponent(escaped);
}
