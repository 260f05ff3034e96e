import { Command, CommanderError, Option } from 'commander';
import { MillraceError } from '../contract/errors.ts';
import { outputFormats } from '../contract/formats.ts';
import { qualityLevels } from '../contract/quality.ts';
import { helpExamples } from './help.ts';

/** The recipe's options as they were typed; `undefined` where nothing was. */
export interface RecipeFlags {
  readonly to?: string;
  readonly bestOf?: string;
  readonly quality?: string;
  readonly maxBytes?: string;
  readonly lossless?: boolean;
  readonly palette?: boolean;
  readonly effort?: string;
  readonly resize?: string;
  readonly fit?: string;
  readonly enlarge?: boolean;
  readonly rotate?: string;
  readonly flip?: string;
  readonly background?: string;
  readonly colour?: string;
  readonly metadata?: string;
  readonly stripGps?: boolean;
  readonly animation?: string;
  readonly pixelLimit?: string;
  readonly out?: string;
  readonly suffix?: string;
  readonly existing?: string;
  readonly inPlace?: boolean;
  readonly recipe?: string;
}

/** Where things are written down, and how things are told. */
export interface StateFlags {
  readonly state?: string;
  readonly backups?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** How to go about it. */
export interface WorkFlags extends StateFlags {
  readonly jobs?: string;
  readonly memory?: string;
  readonly allowPrivateLinks?: boolean;
  readonly stats?: boolean;
}

export interface RunFlags extends WorkFlags {
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

/** What a command line asks for. `text`: help or the version, to be printed and nothing else. */
export type CommandLine =
  | { readonly kind: 'run'; readonly inputs: readonly string[]; readonly flags: RecipeFlags & RunFlags }
  | { readonly kind: 'resume'; readonly batch: string | undefined; readonly flags: WorkFlags }
  | { readonly kind: 'undo'; readonly batch: string | undefined; readonly flags: StateFlags }
  | { readonly kind: 'history'; readonly flags: StateFlags }
  | { readonly kind: 'text'; readonly text: string };

export type Asked<Kind extends CommandLine['kind']> = Extract<CommandLine, { kind: Kind }>;

/**
 * Reads the arguments (without node and script).
 *
 * @throws MillraceError `recipe-invalid` for an unknown option or a missing value
 */
export function parseArguments(argv: readonly string[], version: string): CommandLine {
  let text = '';
  let asked: CommandLine | undefined;
  const program = describe(version, (commandLine) => {
    asked = commandLine;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (written) => {
        text += written;
      },
      writeErr: () => undefined,
    });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text };
    throw new MillraceError('recipe-invalid', error.message.replace(/^error: /, ''));
  }
  if (asked === undefined || (asked.kind === 'run' && asked.inputs.length === 0)) {
    throw new MillraceError('recipe-invalid', 'Nothing to do: name files, folders, patterns or links.');
  }
  return asked;
}

const levels = Object.entries(qualityLevels).map(([name, { score }]) => `${name} (${String(score)})`);
const qualityHelp = `auto, auto:<score>, auto:<level> with ${levels.join(', ')}, or 1-100 of the encoder (default: auto)`;

function describe(version: string, asked: (commandLine: CommandLine) => void): Command {
  const program = describeRun(version).action((inputs: string[], flags: RecipeFlags & RunFlags) => {
    asked({ kind: 'run', inputs, flags });
  });
  // What stands behind a command is the command's, and what stands before it would be nobody's.
  program.enablePositionalOptions().hook('preSubcommand', refuseOptionsBefore);
  withState(
    withWork(
      program.command('resume [batch]').description('go on with a batch that was interrupted (the newest)'),
    ),
  ).action((batch: string | undefined, flags: WorkFlags) => {
    asked({ kind: 'resume', batch, flags });
  });
  withState(
    program
      .command('undo [batch]')
      .description('put replaced originals back (of the newest batch that has any)'),
  ).action((batch: string | undefined, flags: StateFlags) => {
    asked({ kind: 'undo', batch, flags });
  });
  withState(program.command('history').description('list the batches, newest first')).action(
    (flags: StateFlags) => {
      asked({ kind: 'history', flags });
    },
  );
  return program;
}

/** @throws MillraceError `recipe-invalid` */
function refuseOptionsBefore(program: Command, command: Command): void {
  const early = program.options.find(
    (option) => program.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (early === undefined) return;
  throw new MillraceError(
    'recipe-invalid',
    `${early.long ?? early.flags} stands before ${command.name()}: options of a command stand behind it, as in millrace ${command.name()} --state folder.`,
  );
}

function withWork(command: Command): Command {
  return command
    .optionsGroup('Work:')
    .option('-j, --jobs <n>', 'worker processes (default: one per core)')
    .option('--memory <gigabytes>', 'memory for pictures in work (default: half of the machine’s)')
    .option('--allow-private-links', 'download from addresses in private networks too')
    .option('--stats', 'wait and run times, worker starts');
}

function withState(command: Command): Command {
  return command
    .optionsGroup('What was done:')
    .addOption(
      new Option('--state <folder>', 'where it is written down (default: your folder for such things)').env(
        'MILLRACE_STATE',
      ),
    )
    .option('--backups <folder>', 'where replaced originals are kept (default: beside what is written down)')
    .optionsGroup('Output:')
    .option('--json', 'one JSON line per event, a summary last')
    .option('--quiet', 'only errors')
    .option('--verbose', 'tell what the workers say');
}

function describeRun(version: string): Command {
  const run = new Command('millrace')
    .description('Converts, resizes and shrinks images on every core. Originals are never lost.')
    .usage('<files, folders, patterns or links...> [options]\n       millrace resume|undo|history')
    .argument('[inputs...]', 'what to work on')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .optionsGroup('Format:')
    .option(
      '-t, --to <format>',
      `${outputFormats.join(', ')}, best (the smallest), or keep the source's own (default: keep)`,
    )
    .option('--best-of <formats>', 'what best may choose from (default: jpeg,png,webp,avif)')
    .option('-q, --quality <asked>', qualityHelp)
    .option('--max-bytes <size>', '200000, 200kB or 1.5MB: quality gives way; what stays larger is told')
    .option('--lossless', 'every pixel stays equal (WebP, JPEG XL, JPEG to JPEG; PNG and TIFF always are)')
    .option('--palette', 'PNG with at most 256 colours')
    .option('-e, --effort <level>', 'fast, balanced or smallest (default: balanced)')
    .optionsGroup('Size and direction:')
    .option('-r, --resize <size>', '1600 (longest edge), 1600x, x900, 1600x900, 50% or 2mp')
    .option('--fit <how>', 'for 1600x900: inside, cover or stretch (default: inside)')
    .option('--enlarge', 'let small pictures grow')
    .option('--rotate <degrees>', '90, 180 or 270 clockwise, after the camera’s own orientation')
    .option('--flip <axis>', 'horizontal, vertical or both')
    .option('--background <colour>', 'behind transparency where the format has none (default: #ffffff)')
    .optionsGroup('Colour, metadata, animation:')
    // The parser names the value after the second of two long names.
    .option('--color, --colour <policy>', 'keep the profile or convert to srgb (default: keep)')
    .option('-m, --metadata <policy>', 'keep, copyright (and dates) or strip (default: keep)')
    .option('--strip-gps', 'remove where the picture was taken')
    .option(
      '--animation <policy>',
      'where the format cannot move: first-frame or refuse (default: first-frame)',
    )
    .option('--pixel-limit <pixels>', 'refuse larger pictures (default: 1000000000)')
    .optionsGroup('Where outputs go:')
    .option('-o, --out <folder>', 'into this folder, keeping the tree of folders')
    .option('--suffix <text>', 'beside the source with this suffix (default: -small)')
    .addOption(
      new Option('--in-place', 'replace the originals; millrace undo puts them back').conflicts([
        'out',
        'suffix',
        'existing',
      ]),
    )
    .option('--existing <what>', 'where the name is taken: rename or skip (default: rename)')
    .optionsGroup('Work:')
    .option('--recipe <file.json>', 'read the recipe from a file; options override it')
    .option('--again', 'also what has been done before, and what Millrace made itself')
    .option('-n, --dry-run', 'say what would be done')
    .addHelpText('after', helpExamples);
  return withState(withWork(run));
}
