/** What a benchmark found: tables for people, samples for whoever wants to calculate. */
export interface Result {
  readonly title: string;
  readonly tables: readonly {
    readonly caption: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  readonly samples: unknown;
}

export interface BenchContext {
  /** How often each measurement is repeated; the median counts. */
  readonly runs: number;
  readonly tell: (line: string) => void;
}

export interface Bench {
  run(context: BenchContext): Promise<Result>;
}
