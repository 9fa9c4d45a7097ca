import { useCallback, useEffect, useId, useState, type SubmitEvent } from 'react';
import { toProblem, type ServiceProblem } from '../session/problem.ts';
import type { Profile } from './ask-account.ts';
import { HOOK_SOURCES, hooksOf, type Hook, type MadeHook } from './ask-hooks.ts';
import { HookItem } from './hook-item.tsx';
import { MadeHookNote } from './made-hook-note.tsx';
import { ProblemNote } from './problem-note.tsx';
import { useAction } from './use-action.ts';

/** Where media servers report the playbacks of a profile: made, pasted, and looked at. [HOK1] */
export function HooksPanel({ profiles }: { readonly profiles: readonly Profile[] }) {
  const [chosen, setChosen] = useState<string>();
  const [source, setSource] = useState<string>(HOOK_SOURCES[0].source);
  const [hooks, setHooks] = useState<readonly Hook[]>([]);
  const [made, setMade] = useState<MadeHook>();
  const [failure, setFailure] = useState<ServiceProblem>();
  const { isBusy, problem, run } = useAction();
  const [heading, profileField, sourceField] = [useId(), useId(), useId()];
  const first = profiles[0]?.userId ?? '';
  const userId = profiles.find((profile) => profile.userId === chosen)?.userId ?? first;

  const load = useCallback(() => {
    hooksOf(userId)
      .list()
      .then(setHooks, (error: unknown) => setFailure(toProblem(error)));
  }, [userId]);
  useEffect(load, [load]);

  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    await run(async () => setMade(await hooksOf(userId).add(source)));
    load();
  };

  return (
    <section className="panel-card" aria-labelledby={heading}>
      <h2 id={heading}>Media servers</h2>
      <p className="quiet">
        Jellyfin, Emby, Plex, Tautulli and Kodi report to an address of their own what is played.
      </p>
      {profiles.length > 1 && (
        <div className="text-field">
          <label htmlFor={profileField}>Whose playbacks</label>
          <select
            id={profileField}
            value={userId}
            onChange={({ target }) => {
              setChosen(target.value);
              setMade(undefined);
            }}
          >
            {profiles.map((profile) => (
              <option key={profile.userId} value={profile.userId}>
                {profile.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <ul className="account-list hook-list">
        {hooks.map((hook) => (
          <HookItem key={hook.id} userId={userId} hook={hook} onChanged={load} />
        ))}
      </ul>
      {made !== undefined && <MadeHookNote made={made} onClose={() => setMade(undefined)} />}
      <form className="account-row" onSubmit={(event) => void add(event)}>
        <div className="text-field">
          <label htmlFor={sourceField}>A new one for</label>
          <select
            id={sourceField}
            value={source}
            onChange={({ target }) => setSource(target.value)}
          >
            {HOOK_SOURCES.map((each) => (
              <option key={each.source} value={each.source}>
                {each.name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" disabled={isBusy}>
          Make an address
        </button>
      </form>
      <ProblemNote problem={problem ?? failure} />
    </section>
  );
}
