import type { ContinueWatchingOptions } from '@cuepoint/client/continue-watching';
import { useContinueWatching } from '@cuepoint/client/react/continue-watching';
import { ContinueWatching } from '../playground/continue-watching.tsx';
import { useTitleOf } from './use-title-of.ts';

const OPTIONS: ContinueWatchingOptions = { catalogue: true };

export function OwnList() {
  const titleOf = useTitleOf();
  const { cards } = useContinueWatching(OPTIONS);
  return (
    <div className="panel-card">
      {cards.length === 0 && <p className="quiet">Nothing is half watched.</p>}
      <ContinueWatching titleOf={titleOf} options={OPTIONS} />
    </div>
  );
}
