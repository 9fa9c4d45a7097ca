import { useEffect, useState } from 'react';

/** What `GET /health` says of the service, as far as the page shows it. */
export interface ServiceFacts {
  readonly version: string;
  readonly mode: 'development' | 'production';
  readonly database: 'postgres' | 'pglite';
  readonly durable: boolean;
  readonly durabilityWarnings: readonly string[];
  readonly feed: { readonly kind: string; readonly state: 'connected' | 'lost' };
}

/** @param isReachable another value reads them again, as after a restart. */
export function useServiceFacts(isReachable: boolean): ServiceFacts | undefined {
  const [facts, setFacts] = useState<ServiceFacts>();
  useEffect(() => {
    if (!isReachable) return undefined;
    const abort = new AbortController();
    readFacts(abort.signal).then(setFacts, () => {
      // The charts say that the service does not answer.
    });
    return () => abort.abort();
  }, [isReachable]);
  return facts;
}

async function readFacts(signal: AbortSignal): Promise<ServiceFacts> {
  const answer = await fetch('/health', { headers: { accept: 'application/json' }, signal });
  return (await answer.json()) as ServiceFacts;
}
