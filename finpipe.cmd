@echo off
rem Runs finpipe from a clone on Windows, as the script beside it does elsewhere.
rem Not run yet: there was no Windows where it was written. A test compares its flags.
setlocal
set "root=%~dp0"
set flags=run --v8-flags=--max-semi-space-size=4,--wasm-tiering-budget=2000000000 ^
  --unstable-lazy-dynamic-imports --quiet --no-prompt --frozen --config "%root%deno.json" ^
  --allow-net --allow-read --allow-write --allow-env --allow-sys "%root%main.ts"

where /q deno
if errorlevel 1 goto npx
deno %flags% %*
exit /b

:npx
where /q npx
if errorlevel 1 goto neither
call npx -y deno@2.9.6 %flags% %*
exit /b

:neither
echo finpipe: Neither deno nor npx was found 1>&2
echo   Install Node.js (https://nodejs.org) or Deno 2.9.6 (https://deno.com) 1>&2
exit /b 1
