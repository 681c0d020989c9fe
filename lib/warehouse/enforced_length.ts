/**
 * ENFORCELENGTH, which has COPY refuse a string that is too long, and not cut it.
 *
 * No page says whether it goes together with a parser that is not the server's own (Vertica documentation,
 * "COPY option parser dependencies", lists the others alone). Where a server does not take the statement,
 * it is said without: FCSVPARSER refuses by itself what is too long (its public source, FlexTable
 * `src/Csv.cpp`), which `doctor --trial` tries as well. Where it cuts all the same, with the word or
 * without, a load finds that (vertica/changed_strings.ts).
 */
import { Clause, type SqlValues } from "../sql/template.ts";

/** SQLSTATEs of what a server cannot read, or has not. */
export const NOT_TAKEN = /^(42|0A)/;

/** What `:enforce_length` stands for in a COPY. */
export const ENFORCED: SqlValues = { enforce_length: new Clause("ENFORCELENGTH") };

/** The same, where the server does not take the word. */
export const NOT_ENFORCED: SqlValues = { enforce_length: new Clause("") };
