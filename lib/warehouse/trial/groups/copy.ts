/** What a COPY of finpipe's makes of lines that a file may hold. */
import embedded from "../../../../sql/warehouse/embedded/trial/copy.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/copy.sql" with { type: "text" };
import { type Group, held, notHeld, same, type Verdict } from "../experiment.ts";
import { failureText, type Seen, type TrialRow } from "../seen.ts";

const PLAIN = "2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100," +
  "2022-10-01 10:00:00";
const TAKEN = ["lines", "taken"];
const REFUSED = ["lines", "refused"];

export const COPY: Group = {
  name: "copy",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "copy-taken",
      assumed: "The server accepts the COPY with all its options, and the good lines of its data",
      effect: "stops",
      otherwise: "load fails with the server's message, and the old day stays",
      steps: TAKEN,
      judge(seen) {
        seen.rows("lines");
        return line(seen, "01") === undefined ? notHeld("a plain line was not accepted") : held();
      },
    },
    {
      name: "copy-by-position",
      assumed: "Fields go to the columns of COPY's list by position, also to FILLER columns",
      effect: "wrong",
      otherwise: "Values could end up in other columns; if the amount does, load is exit 4",
      steps: TAKEN,
      needs: ["lines"],
      judge: (seen) => sameLine(seen, "01", PLAIN),
    },
    {
      name: "copy-fractions",
      assumed: "Times keep their microseconds",
      effect: "wrong",
      otherwise: "Times would be rounded, and one rate or version could be mistaken for another",
      steps: TAKEN,
      needs: ["lines"],
      judge(seen) {
        const found = line(seen, "02");
        const text = `${found?.sent_dttm}, ${found?.transaction_dt}`;
        return same(text, "2022-10-01 10:00:01.123456, 2022-10-01 23:59:59.999999");
      },
    },
    {
      name: "copy-quotes",
      assumed:
        "Quotes, commas, line ends, spaces, a backslash and letters of two bytes stay as they are",
      effect: "wrong",
      otherwise: "Strings would differ from what was dumped; the control total does not cover them",
      steps: TAKEN,
      needs: ["lines"],
      judge(seen) {
        const found = line(seen, "03");
        const text = JSON.stringify([found?.country, found?.status, found?.transaction_type]);
        return same(text, JSON.stringify(['a "b", c', "two\nlines", " Zoë \\"]));
      },
    },
    {
      name: "copy-empty-string",
      assumed: 'An empty string in quotes (,"",) is stored as one',
      effect: "stops",
      otherwise: "Rows with empty strings would be refused: load is exit 4, and the old day stays",
      steps: TAKEN,
      needs: ["lines"],
      judge(seen) {
        const found = line(seen, "04");
        if (found === undefined) return notHeld("the row was refused");
        const text = JSON.stringify([found.country, found.status, found.transaction_type]);
        return same(text, '["","",""]');
      },
    },
    {
      name: "copy-absent-string",
      assumed: "COALESCE makes an absent string (,,) an empty one, or its row is refused",
      effect: "stops",
      otherwise:
        "load fails with the server's message, and the old day stays. dump writes no such file",
      steps: [...REFUSED, "taken"],
      needs: ["lines"],
      judge(seen) {
        const found = line(seen, "05");
        if (found === undefined) return held("the row was refused");
        return found.country === "" ? held("an empty string") : notHeld(`${found.country}`);
      },
    },
    {
      name: "copy-quoted-empty",
      assumed:
        'FCSVPARSER turns an empty string in quotes (,"",) into NULL, as it does an absent one ' +
        "(,,)",
      effect: "copes",
      otherwise:
        "COALESCE turns both into the empty string, and finpipe looks in the file for absent " +
        "strings",
      steps: ["given-copy", "given"],
      needs: ["given-copy"],
      judge(seen) {
        const [, quoted, absent] = seen.rows("given").map(({ given }) => given);
        if (absent !== null) return notHeld(`it turns neither into NULL: ${absent}`);
        return quoted === null ? held() : notHeld("it keeps the two apart");
      },
    },
    {
      name: "copy-type-error",
      assumed: "Only the row is refused that has a value of another type, or too few or too many " +
        "fields",
      effect: "stops",
      otherwise:
        "One such row fails the whole load, or is stored with a NULL: exit 4, the old day stays",
      steps: TAKEN,
      needs: ["lines"],
      judge(seen) {
        const stored = ["06", "0b", "0c"].filter((number) => line(seen, number) !== undefined);
        return stored.length === 0 ? held() : notHeld(`accepted: ${stored.join(", ")}`);
      },
    },
    {
      name: "copy-integers",
      assumed: "Integers are exact up to 2^63 - 1; 2^63 is refused; -2^63 is refused, or exact",
      effect: "wrong",
      otherwise:
        "Amounts and accounts would change; the control total finds changed amounts: exit 4",
      steps: TAKEN,
      needs: ["lines"],
      judge(seen) {
        const [most, beyond, least] = ["07", "08", "09"].map((number) =>
          line(seen, number)?.amount
        );
        if (most !== "9223372036854775807") return notHeld(`2^63 - 1 became ${most}`);
        if (beyond !== undefined) return notHeld(`2^63 became ${beyond}`);
        if (least === undefined) return held("-2^63 is refused");
        return same(`${least}`, "-9223372036854775808");
      },
    },
    {
      name: "copy-uuid-case",
      assumed: "A UUID in upper case equals the one in lower case, and comes back in lower case",
      effect: "wrong",
      otherwise: "The order of two rates with the same times would depend on the case of their ids",
      steps: TAKEN,
      needs: ["lines"],
      judge: (seen) =>
        find(seen, "abcdef00-0000-4000-8000-00000000000a") === undefined
          ? notHeld("there is no such row")
          : held(),
    },
    {
      name: "copy-zone",
      assumed: "A time with a zone (+03) is converted to UTC, or refused",
      effect: "copes",
      otherwise: "finpipe writes none; in a file from elsewhere the zone would be silently ignored",
      steps: [...REFUSED, "taken"],
      needs: ["lines"],
      judge(seen) {
        const found = line(seen, "0d");
        if (found === undefined) return held("refused");
        return found.transaction_dt === "2022-10-01 07:00:00"
          ? held("converted")
          : notHeld(`it became ${found.transaction_dt}`);
      },
    },
    {
      name: "copy-rejected-table",
      assumed:
        "With NO COMMIT, REJECTED DATA AS TABLE makes a table of the session, with a row for " +
        "each refused line",
      effect: "stops",
      otherwise: "load cannot count the refused rows: it fails with the server's message",
      steps: REFUSED,
      needs: ["lines"],
      judge(seen) {
        const taken = seen.rows("taken").length;
        const refused = seen.rows("refused");
        const count = refused.length;
        return taken + count === 13
          ? held(refused[0]?.rejected_reason ?? undefined)
          : notHeld(`of 13 lines ${taken} were accepted and ${count} refused`);
      },
    },
    {
      name: "copy-rejected-text",
      assumed: "The table of refused rows has their text",
      effect: "copes",
      otherwise: "load_refused.raw is empty; the number and the reason are there",
      steps: REFUSED,
      needs: ["lines", "refused"],
      judge(seen) {
        const texts = seen.rows("refused").map(({ rejected_data }) => rejected_data ?? "");
        return texts.some((text) => text.includes(",x,")) ? held() : notHeld("it has none");
      },
    },
    {
      name: "copy-rejected-number",
      assumed: "The table of refused rows has their numbers, counted from 1 in the data that the " +
        "session was sent",
      effect: "copes",
      otherwise: "load_refused.line is NULL where the number is -1",
      steps: REFUSED,
      needs: ["lines", "refused"],
      judge(seen) {
        const [first] = seen.rows("refused");
        return same(`${first?.row_number}`, "6");
      },
    },
    {
      name: "copy-no-commit",
      assumed: "With NO COMMIT, ROLLBACK takes the rows of a COPY back",
      effect: "copes",
      otherwise:
        "The rows stay in a side table that is dropped: nobody reads it before it is compared",
      steps: ["lines", "rollback", "after-rollback"],
      needs: ["lines"],
      judge: (seen) => same(seen.first("after-rollback"), "0"),
    },
    {
      name: "copy-null",
      assumed: "Where a number is missing, the row is refused, and the COPY goes on",
      effect: "copes",
      otherwise: "load ends with exit 4, whatever --max-rejected says. dump writes no such file",
      steps: ["null", "null-taken"],
      judge(seen) {
        const failure = seen.failure("null");
        if (failure !== undefined) return notHeld(failureText(failure));
        return same(seen.first("null-taken"), "1");
      },
    },
    {
      name: "copy-blank-line",
      assumed: "An empty line is neither accepted nor refused",
      effect: "copes",
      otherwise: "It counts as a refused row. dump writes no such file",
      steps: ["blank", "blank-taken", "blank-refused"],
      needs: ["blank"],
      judge: (seen) => same(`${seen.first("blank-taken")}, ${seen.first("blank-refused")}`, "2, 0"),
    },
    {
      name: "copy-no-uuid",
      assumed: "A text that is not a UUID is not accepted: the COPY fails, or the row is refused",
      effect: "wrong",
      otherwise: "A row would be stored under another id",
      steps: ["no-uuid", "no-uuid-taken"],
      judge(seen) {
        const failure = seen.failure("no-uuid");
        if (failure !== undefined) return held(failureText(failure));
        return same(seen.first("no-uuid-taken"), "1");
      },
    },
  ],
};

/** The line of that number, as it was stored. */
function line(seen: Seen, number: string): TrialRow | undefined {
  return find(seen, `00000000-0000-4000-8000-0000000000${number}`);
}

function find(seen: Seen, id: string): TrialRow | undefined {
  return seen.rows("taken").find(({ object_id }) => object_id === id);
}

function sameLine(seen: Seen, number: string, expected: string): Verdict {
  const found = line(seen, number);
  if (found === undefined) return notHeld("the line was not accepted");
  return same(Object.values(found).slice(1).join(","), expected);
}
