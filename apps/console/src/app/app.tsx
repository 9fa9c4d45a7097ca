import { Suspense, useEffect, useRef } from 'react';
import { usePathname } from './location.ts';
import { PageBoundary } from './page-boundary.tsx';
import { PageLink } from './page-link.tsx';
import { pageOf, pagesBeside } from './pages.ts';
import { useServiceAnswers } from './use-service-answers.ts';

export function App() {
  const pathname = usePathname();
  const page = pageOf(pathname);
  const bar = pagesBeside(page);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const answers = useServiceAnswers();

  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · Cuepoint`;
    // Who came by a link of the console goes on reading in the new page; who opens it reads from the top.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [page]);

  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="app-header">
        <PageLink className="app-mark" to={bar[0]?.path ?? '/'}>
          <img src="/mark.svg" alt="" width="28" height="28" />
          Cuepoint
        </PageLink>
        <nav aria-label="Pages">
          <ul>
            {bar.map(({ path, title }) => (
              <li key={path}>
                <PageLink to={path} isCurrent={path === page?.path}>
                  {title}
                </PageLink>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      {!answers && (
        <p className="notice bad" role="alert">
          <strong>The service does not answer.</strong> What is shown here may be old.
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <PageBoundary key={pathname}>
          <Suspense fallback={<p className="quiet">Loading …</p>}>
            {page === undefined ? <NotFound /> : <page.Content />}
          </Suspense>
        </PageBoundary>
      </main>
    </>
  );
}

function NotFound() {
  return (
    <section className="page">
      <h1>There is no such page</h1>
      <p className="lead">The pages of the console are in the bar above.</p>
    </section>
  );
}
