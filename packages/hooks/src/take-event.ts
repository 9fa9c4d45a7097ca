import { deviceIdOf } from './device-id.ts';
import type { HookEvent, HookReading, HookUser } from './hook-event.ts';
import type { Hook, HookPorts, HookWrite, WorkMatch } from './ports.ts';
import type { Receipt, ReceiptOutcome, ReceiptReason } from './receipt.ts';
import { titleOf } from './title.ts';
import type { Work } from '@cuepoint/core';
import { stepViewing, type Step, type Viewing, type ViewingReport } from './viewing.ts';

type Outcome = readonly [ReceiptOutcome, ReceiptReason];

/**
 * Records what a reading says, where it is of somebody whom the hook accepts, and tells what became of it.
 *
 * @throws whatever the ports throw; then nothing of it is remembered.
 */
export async function takeReading(
  ports: HookPorts,
  hook: Hook,
  reading: Exclude<HookReading, { kind: 'automated' }>,
): Promise<Receipt> {
  const atMs = ports.now();
  const isEvent = reading.kind === 'event';
  const { name: event, user } = isEvent ? reading.event : reading;
  const [outcome, reason] = isEvent
    ? await takeEvent(ports, hook, reading.event, atMs)
    : (['ignored', reading.reason] as const);
  return { atMs, event, outcome, reason, user, title: isEvent ? titleOf(reading.event.work) : '' };
}

async function takeEvent(
  ports: HookPorts,
  hook: Hook,
  event: HookEvent,
  arrivedMs: number,
): Promise<Outcome> {
  if (hook.acceptedUsers.length === 0) return ['ignored', 'no_user_set'];
  if (!isAccepted(hook, event.user)) return ['ignored', 'other_user'];
  const match = await ports.matcher.match(hook.userId, event.work);
  if (match.kind === 'matched') {
    const { contentId } = match;
    const to = { hook, contentId, deviceId: deviceIdOf(hook, event.device) };
    if (event.act === 'mark' || event.act === 'unmark') {
      await ports.mark(to, event.act === 'mark');
      return ['recorded', event.act === 'mark' ? 'marked' : 'unmarked'];
    }
  } else if (event.act === 'mark' || event.act === 'unmark') {
    await ports.matcher.keepUnmatched(hook.userId, event.work, { source: hook.source });
    return unmatched(match);
  }
  const known = await withLength(ports, hook, event, match);
  let before: Viewing | undefined;
  const step = await ports.advance(hook, known, (stored, last) => {
    before = stored;
    return stepViewing(stored, known, {
      arrivedMs,
      newPlaybackId: ports.randomUuid,
      before: last,
    });
  });
  try {
    return await write(ports, { hook, event: known, match, step, isNew: before === undefined });
  } catch (error) {
    if (step.kind === 'report') await ports.restore(hook, known.item, before);
    throw error;
  }
}

/** Percent is a place only in a length. */
async function withLength(
  { lengthOf }: HookPorts,
  { userId }: Hook,
  event: HookEvent,
  match: WorkMatch,
): Promise<HookEvent> {
  if (event.durationSeconds > 0 || event.percent === undefined || match.kind !== 'matched')
    return event;
  return { ...event, durationSeconds: await lengthOf(userId, match.contentId) };
}

interface Stepped {
  readonly hook: Hook;
  readonly event: HookEvent;
  readonly match: WorkMatch;
  readonly step: Step;
  /** The first thing heard of it. */
  readonly isNew: boolean;
}

async function write(ports: HookPorts, stepped: Stepped): Promise<Outcome> {
  const { hook, event, match, step, isNew } = stepped;
  const { work, durationSeconds } = event;
  if (match.kind === 'unmatched') {
    await keep(ports, stepped);
    return unmatched(match);
  }
  const { contentId, seriesId, isKnown } = match;
  const to: HookWrite = { hook, contentId, deviceId: deviceIdOf(hook, event.device) };
  if (!isKnown && isNew) await ports.describe(to, { work, seriesId, durationSeconds });
  if (step.kind === 'quiet') return ['ignored', step.reason];
  const { report } = step;
  await ports.report({ ...to, deviceId: deviceIdOf(hook, report.device) }, report);
  if (!report.isFinished) return ['recorded', 'position'];
  for (const other of event.alsoWorks) await finishOther(ports, hook, { other, report });
  return ['recorded', 'finished'];
}

/** A file that holds several episodes was seen with all of them. */
async function finishOther(
  ports: HookPorts,
  hook: Hook,
  { other, report }: { other: Work; report: ViewingReport },
): Promise<void> {
  const match = await ports.matcher.match(hook.userId, other);
  const atMs = report.watchedAtMs;
  if (match.kind === 'unmatched') {
    const waiting = { kind: 'viewing', atMs, playbackId: report.playbackId } as const;
    await ports.matcher.keepUnmatched(hook.userId, other, { source: hook.source, waiting });
    return;
  }
  const to = { hook, contentId: match.contentId, deviceId: deviceIdOf(hook, report.device) };
  if (!match.isKnown)
    await ports.describe(to, { work: other, seriesId: match.seriesId, durationSeconds: 0 });
  await ports.report(to, { ...report, position: undefined });
}

/** Shows it to the person, with what is to be written once they say what it is. */
async function keep(ports: HookPorts, { hook, event, step, isNew }: Stepped): Promise<void> {
  const { source, userId } = hook;
  if (step.kind === 'quiet') {
    if (isNew) await ports.matcher.keepUnmatched(userId, event.work, { source });
    return;
  }
  const { isFinished, continuesMs, position, playbackId, watchedAtMs: atMs } = step.report;
  if (isFinished) {
    const waiting = { kind: 'viewing', atMs, playbackId } as const;
    await ports.matcher.keepUnmatched(userId, event.work, { source, waiting });
  } else if (position !== undefined && (isNew || continuesMs === undefined)) {
    // Not every tick: what a person did says where they were.
    const { positionSeconds, durationSeconds } = position;
    const waiting = { kind: 'place', atMs, positionSeconds, durationSeconds } as const;
    await ports.matcher.keepUnmatched(userId, event.work, { source, waiting });
  }
}

function unmatched({ reason }: Extract<WorkMatch, { kind: 'unmatched' }>): Outcome {
  return ['unmatched', reason === 'ambiguous' ? 'ambiguous_title' : 'unknown_title'];
}

/** By id where both have one: a name can be changed to somebody else's. [HOK1] */
export function isAccepted({ acceptedUsers }: Hook, user: HookUser): boolean {
  const same = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && plain(a) === plain(b);
  return acceptedUsers.some(({ id, name }) =>
    id === undefined || user.id === undefined
      ? same(name, user.name) || same(name, user.id)
      : same(id, user.id),
  );
}

/** Ids of some senders have dashes in one form and none in another. */
function plain(text: string): string {
  const lower = text.trim().toLowerCase();
  return /^[0-9a-f-]{32,36}$/.test(lower) ? lower.replaceAll('-', '') : lower;
}
