import type { Accounts } from './accounts.ts';
import { hashOf } from './secrets.ts';

/**
 * Signs an app out, by either of its tokens.
 *
 * @returns whose live sessions end; undefined for a token of nobody.
 */
export async function endApp(
  { signIns, tokens }: Pick<Accounts, 'signIns' | 'tokens'>,
  token: string,
): Promise<string | undefined> {
  const byRefresh = await signIns.revokeApp({ tokenHash: hashOf(token) });
  if (byRefresh !== undefined) return byRefresh;
  const identity = await tokens.verifier.verify(token).catch(() => undefined);
  const id = identity?.signInId;
  return id === undefined ? undefined : signIns.revokeApp({ id });
}
