/**
 * The house rules that `deno lint` can check, as a local lint plugin. ARCHITECTURE.md, "Rules",
 * lists them.
 */

/** Folders whose code is no part of the program. */
const OUTSIDE = ["tests/", "bench/", "tools/", "deploy/"];

/** A driver and the folder that alone may import it; {@link CLIENT_WORDS} keeps Kafka's in its own. */
const DRIVERS: readonly [module: RegExp, folder: string][] = [
  [/^pg(-copy-streams|-protocol)?(\/|$)/, "lib/postgres/"],
  [/^@electric-sql\/pglite/, "lib/postgres/"],
  [/^vertica-nodejs(\/|$)/, "lib/warehouse/vertica/"],
];

/**
 * What only the client of Kafka itself may be called, or has as its idea: with none of it elsewhere a
 * second client takes a folder (docs/kafka-client.md).
 */
const CLIENT_WORDS =
  /kafkajs|\b(eachBatch|eachMessage|resolveOffset|commitOffsets|fromBeginning)\b/i;
const NAMES_CLIENT = ["lib/sources/kafka/", ...OUTSIDE];

/** Where the process's environment may be read. */
const ENVIRONMENT = ["lib/runtime/terminal.ts", "lib/config/", ...OUTSIDE];

/** Code without I/O, clock or chance: the same result for the same arguments, whenever it runs. */
const PURE = ["lib/events/", "lib/partitions/run_date.ts"];

/** What pure code may import; types come from anywhere. */
const PURE_MODULES = [/^lib\/events\//, /^lib\/(runtime\/errors|partitions\/run_date)\.ts$/];
const PURE_BUILTINS = ["node:buffer", "node:crypto"];

/** What is behind the ports of staging, topics and warehouse. */
const BEHIND_PORTS =
  /^lib\/(postgres|staging\/postgres|sources\/kafka|warehouse\/(embedded|vertica))\//;

/**
 * Who may import from there, and import SQL: the code that opens it, the code behind the ports, and
 * the trial's scripts.
 */
const SEES_BEHIND_PORTS = [
  "lib/engine/",
  "lib/postgres/",
  "lib/sources/kafka/",
  "lib/staging/postgres/",
  "lib/warehouse/embedded/",
  "lib/warehouse/vertica/",
  "lib/warehouse/trial/groups/",
  ...OUTSIDE,
];

/** Tests and tools may replace what they like in the text of SQL. */
const REPLACES_SQL = OUTSIDE;

/** Globals that do I/O or read the clock. */
const IMPURE_GLOBALS = ["Deno", "process", "fetch", "WebSocket", "setTimeout", "setInterval"];
const IMPURE_MEMBERS = ["Temporal.Now", "Date.now", "Math.random", "performance.now"];

const ROOT = new URL("..", import.meta.url).pathname;

const plugin: Deno.lint.Plugin = {
  name: "finpipe",
  rules: {
    "one-exit": {
      create: (context) =>
        within(context, ["main.ts", ...OUTSIDE]) ? {} : {
          MemberExpression(node) {
            if (memberName(node) !== "Deno.exit") return;
            report(context, node, "Only main.ts exits: return, or throw a FinpipeError");
          },
        },
    },
    "environment-in-one-place": {
      create: (context) =>
        within(context, ENVIRONMENT) ? {} : {
          MemberExpression(node) {
            const name = memberName(node);
            if (name !== "Deno.env" && name !== "process.env") return;
            report(context, node, "The environment comes in through Io and lib/config");
          },
        },
    },
    "driver-in-one-folder": {
      create: (context) =>
        within(context, OUTSIDE) ? {} : onImport((node, module) => {
          for (const [driver, folder] of DRIVERS) {
            if (!driver.test(bareName(module)) || within(context, [folder])) continue;
            report(context, node, `Only ${folder} imports ${module}: use the port that it offers`);
          }
        }),
    },
    "kafka-client-unnamed": {
      create: (context) =>
        within(context, NAMES_CLIENT) ? {} : {
          Program(node) {
            const word = CLIENT_WORDS.exec(context.sourceCode.text)?.[0];
            if (word === undefined) return;
            report(
              context,
              node,
              `Only lib/sources/kafka/ knows Kafka's client: leave out ${word}`,
            );
          },
        },
    },
    "ports-only": {
      create: (context) =>
        within(context, SEES_BEHIND_PORTS) ? {} : onImport((node, module) => {
          if (module.endsWith(".sql")) {
            report(context, node, "SQL belongs to a repository, behind its port");
          }
          if (BEHIND_PORTS.test(resolve(context, module))) {
            report(context, node, "Import only ports here: lib/engine/ opens what is behind them");
          }
        }),
    },
    "sql-as-it-stands": {
      create: (context) => {
        if (within(context, REPLACES_SQL)) return {};
        const imported = new Set<string>();
        return {
          ImportDeclaration(node) {
            if (!node.source.value.endsWith(".sql")) return;
            for (const { local } of node.specifiers) imported.add(local.name);
          },
          MemberExpression(node) {
            const text = nameOf(node.object);
            if (text === undefined || !imported.has(text)) return;
            if (!["replace", "replaceAll"].some((way) => memberName(node) === `${text}.${way}`)) {
              return;
            }
            report(context, node, "SQL runs as it stands: give it a :variable and a SqlTemplate");
          },
        };
      },
    },
    "pure": {
      create: (context) =>
        !within(context, PURE) ? {} : {
          ...onImport((node, module) => {
            if (node.type === "ImportDeclaration" && node.importKind === "type") return;
            const target = resolve(context, module);
            if (PURE_BUILTINS.includes(module)) return;
            if (PURE_MODULES.some((allowed) => allowed.test(target))) return;
            report(context, node, `Pure code must not import ${module}: pass in what it needs`);
          }),
          Identifier(node) {
            if (!IMPURE_GLOBALS.includes(node.name) || isPropertyName(node)) return;
            report(context, node, `Pure code must not use ${node.name}: pass in what it needs`);
          },
          MemberExpression(node) {
            const name = memberName(node);
            if (!IMPURE_MEMBERS.includes(name)) return;
            report(context, node, `Pure code must not use ${name}: pass in what it needs`);
          },
          NewExpression(node) {
            if (nameOf(node.callee) !== "Date" || node.arguments.length > 0) return;
            report(context, node, "Pure code must not read the clock: pass in what it needs");
          },
        },
    },
    "error-wording": {
      create: (context) => ({
        NewExpression(node) {
          const message = node.arguments[1];
          if (nameOf(node.callee) !== "FinpipeError" || message === undefined) return;
          const { start, end } = fixedEnds(message);
          if (start !== undefined && /^\p{Ll}/u.test(start)) {
            report(
              context,
              message,
              "The message of a FinpipeError begins with an upper-case letter",
            );
          }
          if (end !== undefined && /\.\s*$/.test(end)) {
            report(context, message, "The message of a FinpipeError ends without a period");
          }
        },
      }),
    },
  },
};
export default plugin;

type Context = Deno.lint.RuleContext;
type ImportNode =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ImportExpression
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ExportAllDeclaration;

function report(context: Context, node: Deno.lint.Node, message: string): void {
  context.report({ node, message });
}

/** The linted file's path inside the project. */
function pathOf(context: Context): string {
  const path = context.filename.replaceAll("\\", "/");
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
}

function within(context: Context, places: readonly string[]): boolean {
  const path = pathOf(context);
  return places.some((place) => place.endsWith("/") ? path.startsWith(place) : path === place);
}

/** The path inside the project that a relative import means; other specifiers stay as they are. */
function resolve(context: Context, module: string): string {
  if (!module.startsWith(".")) return module;
  return new URL(module, `file:///${pathOf(context)}`).pathname.slice(1);
}

/** A package's name, without `npm:` and version. */
function bareName(module: string): string {
  return module.replace(/^npm:\/?/, "").replace(/(?<=.)@[^/]*/, "");
}

/** Visits everything that imports: declarations, re-exports, `import()` of a literal. */
function onImport(visit: (node: ImportNode, module: string) => void): Deno.lint.LintVisitor {
  const check = (node: ImportNode) => {
    const module = node.source;
    if (module?.type === "Literal" && typeof module.value === "string") visit(node, module.value);
  };
  return {
    ImportDeclaration: check,
    ImportExpression: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
  };
}

function nameOf(node: Deno.lint.Node): string | undefined {
  return node.type === "Identifier" ? node.name : undefined;
}

/** `Deno.exit` for `Deno.exit` and `Deno["exit"]`; empty for anything deeper. */
function memberName(node: Deno.lint.MemberExpression): string {
  const { property } = node;
  const name = property.type === "Literal" ? String(property.value) : nameOf(property);
  return `${nameOf(node.object)}.${name}`;
}

/** True for `x` in `a.x` and `{ x: 1 }`, which name no global. */
function isPropertyName(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (parent.type === "MemberExpression") return parent.property === node && !parent.computed;
  return parent.type === "Property" && parent.key === node && !parent.shorthand;
}

/** What a message begins and ends with, where that is written in the code. */
function fixedEnds(node: Deno.lint.Node): { start?: string; end?: string } {
  if (node.type === "Literal" && typeof node.value === "string") {
    return { start: node.value, end: node.value };
  }
  if (node.type !== "TemplateLiteral") return {};
  const start = node.quasis.at(0)?.cooked;
  const end = node.quasis.at(-1)?.cooked;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}
