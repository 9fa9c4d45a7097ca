import type { Receipt, ReceiptReason } from './receipt.ts';

const WORDS: Readonly<Record<ReceiptReason, string>> = {
  position: 'the place was recorded',
  finished: 'recorded as seen',
  marked: 'marked as watched',
  unmarked: 'the mark was taken back',
  no_interest: 'not of interest',
  not_video: 'neither a film nor an episode',
  shared_user: 'about somebody whom the server is shared with',
  test: 'a test: it arrives',
  late: 'a newer event was here before',
  no_position: 'says nothing of the place',
  nothing_moved: 'nothing moved',
  no_user_set: 'nothing counts until a user of the server is accepted',
  other_user: 'another user',
  other_source: 'sent to a hook of another source',
  unknown_title: 'nothing here has this title',
  ambiguous_title: 'several contents have this title',
  not_written: 'it could not be written',
  bad_body: 'the body cannot be read',
};

/** What became of an event, in words. */
export function describeReceipt({ reason, user, detail }: Receipt): string {
  const who = user.name ?? user.id ?? 'nobody';
  const isOfUser = reason === 'other_user' || reason === 'no_user_set';
  const more = detail === undefined || detail === '' ? undefined : detail;
  const words = `${WORDS[reason]}${isOfUser ? `: ${who}` : ''}`;
  return more === undefined ? words : `${words}: ${more}`;
}
