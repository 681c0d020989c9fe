#!/usr/bin/env node
/**
 * Runs the finpipe of the package for this machine, which npm installs beside this one. Signals, exit codes
 * and arguments are as if it were called itself.
 */
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@finpipe/${process.platform}-${process.arch}`;
const file = `finpipe${process.platform === "win32" ? ".exe" : ""}`;

let binary;
try {
  binary = require.resolve(`${name}/${file}`);
} catch {
  process.stderr.write(
    `finpipe: The package ${name} is not installed: there is none for this machine, or npm left out ` +
      "optional packages\n  Install again without --omit=optional: 'npm install finpipe'\n",
  );
  process.exit(1);
}

const finpipe = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl-C to both: finpipe must not get it twice, since the second one ends it at once.
process.on("SIGINT", () => process.stdin.isTTY || finpipe.kill("SIGINT"));
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => finpipe.kill(signal));
finpipe.on("error", (error) => {
  process.stderr.write(
    `finpipe: Cannot run ${binary}: ${error.message}\n  Run 'npm install finpipe' again, on this machine\n`,
  );
  process.exit(1);
});
finpipe.on("exit", (code, signal) => {
  process.exit(code ?? 128 + constants.signals[signal]);
});
