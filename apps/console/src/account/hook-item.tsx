import { useState } from 'react';
import {
  hooksOf,
  isSameUser,
  nameOf,
  type Hook,
  type HookUser,
  type Receipt,
} from './ask-hooks.ts';
import { ProblemNote } from './problem-note.tsx';
import { useAction } from './use-action.ts';

export interface HookItemProps {
  readonly userId: string;
  readonly hook: Hook;
  readonly onChanged: () => void;
}

/** One hook: who counts, what arrived, and its end. [HOK4] */
export function HookItem({ userId, hook, onChanged }: HookItemProps) {
  const [receipts, setReceipts] = useState<readonly Receipt[]>();
  const [isLeaving, setLeaving] = useState(false);
  const { isBusy, problem, run } = useAction();
  const hooks = hooksOf(userId);
  const { id, label, acceptedUsers, lastUsedAt } = hook;

  const look = async (): Promise<void> => {
    await run(async () => setReceipts(await hooks.receipts(id)));
  };
  const accept = async (users: readonly HookUser[]): Promise<void> => {
    if (await run(async () => void (await hooks.accept(id, users)))) onChanged();
  };
  const revoke = async (): Promise<void> => {
    if (await run(async () => hooks.revoke(id))) onChanged();
  };

  return (
    <li className="hook-item">
      <span className="account-item">
        <strong>{label}</strong>
        <span className="quiet">
          {lastUsedAt === null
            ? 'never used'
            : `last used ${new Date(lastUsedAt).toLocaleString()}`}
        </span>
      </span>
      <p>
        {acceptedUsers.length === 0
          ? 'Nothing counts yet: play something there, look at what arrived, and accept the user.'
          : 'Counts what is played by '}
        {acceptedUsers.map((user) => (
          <span key={`${user.id} ${user.name}`} className="hook-user">
            {nameOf(user)}{' '}
            <button
              type="button"
              disabled={isBusy}
              onClick={() => void accept(acceptedUsers.filter((each) => !isSameUser(each, user)))}
            >
              Leave out<span className="visually-hidden"> {nameOf(user)}</span>
            </button>
          </span>
        ))}
      </p>
      <span className="account-sure">
        <button type="button" disabled={isBusy} onClick={() => void look()}>
          What arrived<span className="visually-hidden"> at {label}</span>
        </button>
        {isLeaving ? (
          <>
            <button type="button" disabled={isBusy} onClick={() => void revoke()}>
              Revoke {label} for good
            </button>
            <button type="button" onClick={() => setLeaving(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" onClick={() => setLeaving(true)}>
            Revoke<span className="visually-hidden"> {label}</span>
          </button>
        )}
      </span>
      {receipts !== undefined && (
        <Receipts
          receipts={receipts}
          isBusy={isBusy}
          isAccepted={(user) => acceptedUsers.some((each) => isSameUser(each, user))}
          onAccept={(user) => void accept([...acceptedUsers, user])}
        />
      )}
      <ProblemNote problem={problem} />
    </li>
  );
}

interface ReceiptsProps {
  readonly receipts: readonly Receipt[];
  readonly isBusy: boolean;
  readonly isAccepted: (user: HookUser) => boolean;
  readonly onAccept: (user: HookUser) => void;
}

const OF_OTHERS: ReadonlySet<string> = new Set(['no_user_set', 'other_user']);

function Receipts({ receipts, isBusy, isAccepted, onAccept }: ReceiptsProps) {
  if (receipts.length === 0) return <p className="quiet">Nothing arrived yet.</p>;
  return (
    <ol className="hook-receipts" aria-label="What arrived, the latest first">
      {receipts.map(({ at, event, title, message, reason, user }) => (
        <li key={`${at} ${event} ${title} ${message}`}>
          <span className="quiet">
            <time dateTime={at}>{new Date(at).toLocaleTimeString()}</time> {event}
          </span>{' '}
          {title} <span>{message}</span>{' '}
          {OF_OTHERS.has(reason) && user.name !== undefined && !isAccepted(user) && (
            <button type="button" disabled={isBusy} onClick={() => onAccept(user)}>
              Accept {nameOf(user)}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
