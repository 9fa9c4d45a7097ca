import { useId } from 'react';
import { Viewings } from '../playground/history-panel.tsx';
import { useTitleOf } from './use-title-of.ts';

export function OwnHistory() {
  const titleOf = useTitleOf();
  const heading = useId();
  return (
    <section className="panel-card panel" aria-labelledby={heading}>
      <h3 id={heading}>History</h3>
      <Viewings titleOf={titleOf} />
    </section>
  );
}
