/** Texts that the contract lands, and that would like to be markup, script or a command. */
export const HOSTILE = [
  "</script><script>globalThis.hit = 1</script>",
  '<img src=x onerror="globalThis.hit = 2">',
  "<!--<script>",
  "{{script}}",
  "$& $1 $`",
  "'\"><svg onload=globalThis.hit=3>",
  "\u202eright to left\u2028line",
  '=HYPERLINK("http://x")',
] as const;
