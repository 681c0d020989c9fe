/** What is broken off in the crash matrix of the load: commands, and what must hold after each. */
import { MIGRATIONS } from "../../../lib/warehouse/vertica/migrations.ts";
import type { LoadFaultName } from "./faults.ts";
import type { LoadPlace } from "./place.ts";

export interface Job {
  /** As the report's chapter says it. */
  title: string;
  /** What a reader of the report should know of it. */
  note: string;
  /** What strikes at each of its messages. */
  faults: readonly LoadFaultName[];
  /** Rows of the day. @default those of {@link LoadPlace.open} */
  rows?: number;
  /** Which messages may be struck, by their words: from one, and to another. @default all */
  from?: string;
  to?: string;
  /** What sessions are called, in the order in which they are opened; the last one is all others. */
  sessions: readonly string[];
  args(place: LoadPlace): string[];
  /** Brings about what stands before. */
  prepare(place: LoadPlace): Promise<void>;
  /** Once more just before the command, where a trace or another try has used it up. */
  arm?(place: LoadPlace): Promise<void>;
  /**
   * What stands now, in a word.
   *
   * @throws Error where it is nothing that may stand
   */
  standing(place: LoadPlace): Promise<string>;
  /** What stands where the command has come to its end. */
  done: string;
  /**
   * What must work now as if nothing had been.
   *
   * @param standing what stood after the fault
   * @throws Error where it does not
   */
  heal(place: LoadPlace, standing: string): Promise<void>;
}

const ALL: readonly LoadFaultName[] = ["cut", "cut-answer", "kill", "restart"];
/** Where a server that is killed shows nothing that a cut connection does not. */
const BUT_RESTART: readonly LoadFaultName[] = ["cut", "cut-answer", "kill"];

const standing = (place: LoadPlace) => place.standing();

/** The old day stands, loaded twice: also an undo is kept, of a load before. */
const OVER_OLD_DAY = {
  sessions: ["load", "lock", "copy"],
  faults: ALL,
  args: (place: LoadPlace) => place.loadArgs,
  standing,
  done: "new",
  async prepare(place: LoadPlace) {
    await place.writeFile("old");
    await place.succeed([...place.loadArgs, "--force"]);
    await place.writeFile("new");
  },
  async heal(place: LoadPlace) {
    await loadNew(place);
    await undo(place);
  },
};

export const JOBS = {
  "load": {
    ...OVER_OLD_DAY,
    title: "`load`",
    note: "All messages of a load.",
  },
  "refused-swap": {
    ...OVER_OLD_DAY,
    title: "`load` whose first swap is to be called again",
    note: "A mergeout refuses the first swap. From that one on.",
    faults: BUT_RESTART,
    from: "swap",
    arm: (place) => place.vertica.setFault!("mergeout:1"),
  },
  "streams": {
    ...OVER_OLD_DAY,
    title: "`load --streams 2`",
    note:
      "From the side table to the word that a swap is to come, in the order in which the messages " +
      "of two sessions that copy side by side came in one run.",
    faults: BUT_RESTART,
    rows: 8000,
    from: "COMMIT: make the side table",
    to: "write down what is to come",
    args: (place) => [...place.loadArgs, "--streams", "2"],
  },
  "undo": {
    title: "`load --undo`",
    note:
      "The new day stands at first. The next `--undo` ends what was begun, or says that there is " +
      "none, where all was done; then a load of the new day and its undo are as above.",
    faults: BUT_RESTART,
    sessions: ["undo", "lock"],
    args: (place) => [...place.loadArgs, "--undo"],
    standing,
    done: "old",
    async prepare(place) {
      await OVER_OLD_DAY.prepare(place);
      await place.succeed(place.loadArgs);
    },
    async heal(place, standing) {
      const { code, stderr } = await place.run([...place.loadArgs, "--undo"]);
      // The first one has come to its end, record and all: then there is nothing to put back.
      const isDone = standing === "old" && code === 1 && /Cannot undo the load of/.test(stderr);
      if (code !== 0 && !isDone) throw new Error(`The next undo: exit code ${code}: ${stderr}`);
      await expect(place, "old");
      // What an undo that was done could not drop, the next load drops.
      await place.assertTidy({ most: isDone ? 1 : 0 });
      await loadNew(place);
    },
  },
  "init": {
    title: "`init` on an empty database",
    note:
      "Not a day but the schema: other commands work with it as a `whole`, or it is `refused`, with " +
      "exit code 3 and the word to run `init`. The next `init` makes it whole, with each migration " +
      "recorded once, and a load works.",
    faults: BUT_RESTART,
    rows: 1,
    sessions: ["init", "lock"],
    args: () => ["init"],
    standing: schemaState,
    done: "whole",
    prepare: (place) => place.dropSchemas(),
    async heal(place) {
      await place.succeed(["init"]);
      if (await schemaState(place) !== "whole") throw new Error("The next init left it by halves");
      const applied = await place.query(
        "SELECT version FROM staging.migrations ORDER BY version",
      );
      const versions = applied.map(({ version }) => version).join();
      if (versions !== MIGRATIONS.map(({ version }) => version).join()) {
        throw new Error(`These migrations are recorded: ${versions}`);
      }
      await place.writeFile("new");
      await place.succeed(place.loadArgs);
    },
  },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof JOBS;

/** Loads the file; and again, which must find it loaded. */
async function loadNew(place: LoadPlace): Promise<void> {
  const outcome = await load(place);
  await expect(place, "new");
  // One is the undo's. A load that was done and could not tidy leaves the one of before, and the next
  // one that loads drops it.
  await place.assertTidy({ most: outcome === "unchanged" ? 2 : 1 });
  const again = await load(place);
  if (again !== "unchanged") throw new Error("The file is not known as loaded");
}

async function load(place: LoadPlace): Promise<string> {
  const { datasets } = JSON.parse(await place.succeed([...place.loadArgs, "--json"]));
  return datasets[0].outcome;
}

async function undo(place: LoadPlace): Promise<void> {
  await place.succeed([...place.loadArgs, "--undo"]);
  await expect(place, "old");
  await place.assertTidy({ most: 0 });
}

async function expect(place: LoadPlace, state: string): Promise<void> {
  const found = await place.standing();
  if (found !== state) throw new Error(`The ${found} day stands, not the ${state} one`);
}

/** What other commands make of the schema: it is there as a whole, or they ask for `init`. */
async function schemaState(place: LoadPlace): Promise<"whole" | "refused"> {
  const { code, stderr } = await place.run(["report"]);
  if (code === 0) return "whole";
  if (code === 3 && /Run 'finpipe init'/.test(stderr)) return "refused";
  throw new Error(`report: exit code ${code}: ${stderr}`);
}
