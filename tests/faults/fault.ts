/**
 * Where in a run something happens: a step on the disk, of the journal, or of the engine's world; the how-manieth time; and
 * before or after the step itself.
 */
export interface Moment {
  readonly step: Step;
  /** From 1 on. */
  readonly nth: number;
  readonly when: 'before' | 'after';
}

export const diskSteps = [
  'mkdir',
  'open-new',
  'open-read',
  'stat',
  'write',
  'sync',
  'link',
  'rename',
  'unlink',
  'copy',
] as const;
export const journalSteps = ['announced', 'about', 'committed', 'done'] as const;
export const worldSteps = ['head', 'read', 'run', 'reserve', 'commit'] as const;
export const steps = [...diskSteps, ...journalSteps, ...worldSteps] as const;
export type Step = (typeof steps)[number];

/** What happens to a run from within, at a moment. */
export type Inside =
  /** The orchestrator ends as by `kill -9`; with `half`, a write is cut off in its middle first. */
  | { readonly kind: 'kill'; readonly at: Moment; readonly half?: boolean }
  /** The step fails, once or from then on. */
  | { readonly kind: 'error'; readonly at: Moment; readonly code: string; readonly always: boolean }
  | { readonly kind: 'stall'; readonly at: Moment; readonly ms: number }
  /** The wall clock jumps by so much. */
  | { readonly kind: 'clock'; readonly at: Moment; readonly ms: number }
  /** A message goes to whoever watches, who does something to the world outside, and the run goes on after that. */
  | { readonly kind: 'tell'; readonly at: Moment };

/** What a victim is to do. */
export interface Orders {
  readonly action: 'run' | 'resume' | 'undo';
  readonly state: string;
  readonly inputs: readonly string[];
  readonly recipe: unknown;
  readonly fault?: Inside;
}
