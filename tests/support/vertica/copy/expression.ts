/**
 * Expressions of COPY's computed columns, over the values of its fields and fillers: names,
 * constants, NULL and COALESCE (also as NVL and IFNULL). Others are an error.
 */
import { VerticaError } from "../engine.ts";
import type { TokenCursor } from "../sql/tokens.ts";

export type CopyExpression =
  | { kind: "name"; name: string }
  | { kind: "constant"; value: string | null }
  | { kind: "coalesce"; arguments: CopyExpression[] };

export function readExpression(cursor: TokenCursor): CopyExpression {
  const token = cursor.peek();
  if (token === undefined) throw cursor.syntaxError();
  if (token.kind === "string" || token.kind === "number") {
    return { kind: "constant", value: cursor.next().text };
  }
  if (cursor.accept("NULL")) return { kind: "constant", value: null };
  if (["COALESCE", "NVL", "IFNULL"].some((name) => cursor.isAt(name, "("))) {
    cursor.next();
    cursor.expect("(");
    const values: CopyExpression[] = [];
    do values.push(readExpression(cursor)); while (cursor.accept(","));
    cursor.expect(")");
    return { kind: "coalesce", arguments: values };
  }
  const name = cursor.identifier();
  if (cursor.isAt(",") || cursor.isAt(")")) return { kind: "name", name };
  throw new VerticaError(
    "0A000",
    0,
    "The test server does not know this expression of COPY: it takes names, constants and COALESCE",
  );
}
