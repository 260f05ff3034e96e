import type { Page } from 'playwright-core';
import type { Agent } from './agent.ts';

/** The agent's doings, from outside of its process. */
export type RemoteAgent = {
  readonly [K in keyof Agent]: (...args: Parameters<Agent[K]>) => Promise<Awaited<ReturnType<Agent[K]>>>;
};

/** What a host gives of the app it runs. */
export interface RunningApp {
  readonly page: Page;
  readonly agent: RemoteAgent;
  /** Process of main. */
  readonly pid: number;
  readonly exited: Promise<number | null>;
  /** What main has written so far. */
  output(): string;
  /** To be told before files are dropped by the browser's own protocol. */
  dropping(paths: readonly string[]): Promise<void>;
  systemPrefers(theme: 'light' | 'dark'): Promise<void>;
  startSecond(args: readonly string[]): Promise<number | null>;
  /** Ends whatever is left. */
  end(): Promise<void>;
}

export interface HostOptions {
  readonly home: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}
