import { render } from 'preact';
import { config } from 'zod';
import '@xterm/xterm/css/xterm.css';
import './theme.css';
import './admin/admin.css';
import { App } from './app.tsx';

// The page's policy forbids eval, with which zod would compile its checks.
config({ jitless: true });

const root = document.getElementById('app');
if (root) render(<App />, root);
