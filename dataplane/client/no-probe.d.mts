import type { Plugin } from 'esbuild';

export declare const noProbe: Plugin;
