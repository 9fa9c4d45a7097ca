import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { hearLinks } from './session/session.ts';
import './app/theme.css';
import './app/app.css';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
hearLinks();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
