import { Component, type ReactNode } from 'react';

interface State {
  readonly hasFailed: boolean;
}

/** Keeps a page that breaks, or that cannot be loaded after an update, from taking the rest with it. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { hasFailed: false };

  static getDerivedStateFromError(): State {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <section className="page" role="alert">
        <h1>This page broke</h1>
        <p className="lead">
          Nothing that the service stores is affected. Reload to start it again.
        </p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      </section>
    );
  }
}
