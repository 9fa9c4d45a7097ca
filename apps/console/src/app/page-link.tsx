import type { MouseEvent, ReactNode } from 'react';
import { navigate } from './location.ts';

export interface PageLinkProps {
  readonly to: string;
  readonly isCurrent?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A real link: what a person does to open it elsewhere is left to the browser. */
export function PageLink({ to, isCurrent = false, className, children }: PageLinkProps) {
  const open = (event: MouseEvent): void => {
    const { metaKey, ctrlKey, shiftKey, altKey, button } = event;
    if (metaKey || ctrlKey || shiftKey || altKey || button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={className} onClick={open} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  );
}
