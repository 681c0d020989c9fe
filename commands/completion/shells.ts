/** Scripts by which shells ask finpipe what may be typed next. */
import bash from "./finpipe.bash" with { type: "text" };
import fish from "./finpipe.fish" with { type: "text" };
import powershell from "./finpipe.ps1" with { type: "text" };
import zsh from "./finpipe.zsh" with { type: "text" };

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const SCRIPTS: Readonly<Record<typeof SHELLS[number], string>> = {
  bash,
  zsh,
  fish,
  powershell,
};
